"""Runs in a project's folder: upgrades and downgrades in forked processes that get disturbed.

A fork is there in a moment, where a fresh ``flask db upgrade`` must import everything first.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import json
import os
import random
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask.cli import FlaskGroup

from tests.servers import create
from tests.torture.boundaries import Boundary, Cut, Interrupt, Kill
from tests.torture.snapshots import empty, snapshot

KILLED = -signal.SIGKILL
UNDISTURBED = 77  # the run was over before its boundary came
_FAILED = 1
_STOPPED = 130
_MOST_TRIES = 200
_INTERRUPT = {signal.SIGINT}
_CROWD = 16
_WORKED = re.compile(r"^\d+ (applied|reverted) in ", re.MULTILINE)
_OUTPUT = Path("output")
_ARGUMENTS = {"upgrade": ["db", "upgrade"], "downgrade": ["db", "downgrade", "base"]}


class Driver:
    """One application, whose migrations are disturbed."""

    def __init__(self, app: Any, command: str) -> None:
        self.app = app
        self.command = command
        self.log: list[str] = []

    def attempt(
        self, boundary: Boundary | None = None, during: Callable[[int], None] | None = None
    ) -> int:
        """Run the command in a process of its own; its exit code, or the signal that ended it.

        :param boundary: what happens to it from inside.
        :param during: what happens to it from outside; is given the number of the process.
        """
        child = self._fork(_OUTPUT, boundary)
        if during is not None:
            during(child)
        return _wait(child)

    def crowd(self, size: int) -> dict[str, int]:
        """Run the command in so many processes at the same moment.

        :returns: what each of them said, and its exit code.
        """
        gate, opened = os.pipe()
        outputs = [_OUTPUT.with_name(f"{_OUTPUT}{number}") for number in range(size)]

        def wait_for_all() -> None:
            os.close(opened)
            os.read(gate, 1)

        children = [self._fork(output, first=wait_for_all) for output in outputs]
        os.close(opened)
        codes = [_wait(child) for child in children]
        os.close(gate)
        said = [output.read_text(encoding="utf-8") for output in outputs]
        return {
            f"{number}: {text}": code
            for number, (text, code) in enumerate(zip(said, codes, strict=True))
        }

    def _fork(
        self,
        output: Path,
        boundary: Boundary | None = None,
        first: Callable[[], None] = lambda: None,
    ) -> int:
        """Begin a run; the number of its process.

        :param first: what it does before it begins.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)  # until the child is ready to hear it
        child = os.fork()
        if child == 0:
            try:
                first()
                self._child(boundary, output)
            except KeyboardInterrupt:
                os.write(2, b"Aborted!")  # as click says it
            except Exception:
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(_FAILED)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
        return child

    def _child(self, boundary: Boundary | None, file: Path) -> None:
        code: Any = 1
        output = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        try:
            if boundary:
                boundary.watch()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
            self._flask(_ARGUMENTS[self.command])
        except SystemExit as end:
            code = end.code or 0
            if code == 0 and boundary and not boundary.reached:
                code = UNDISTURBED
        signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _flask(self, arguments: list[str]) -> None:
        FlaskGroup(create_app=lambda: self.app, set_debug_flag=False).main(arguments, "flask")

    def import_everything(self) -> None:
        """What one run needs, so that the forks have it."""
        with suppress(SystemExit):
            self._flask(["db", "upgrade"])
        sys.stdout.flush()
        with self.app.app_context():
            from app import db

            db.engine.dispose()

    def finish(self) -> None:
        """Run the command once more, undisturbed: it comes to its end."""
        code = self.attempt()
        if code:
            told = _OUTPUT.read_text(encoding="utf-8")
            raise AssertionError(f"the next run failed with {code}: {self.log[-3:]}\n{told}")

    def reset(self) -> None:
        """An empty database, or for a downgrade a full one."""
        with self.app.app_context():
            from app import db

            empty(db.engine)
            db.engine.dispose()
        if self.command == "downgrade":
            self.command = "upgrade"
            self.finish()
            self.command = "downgrade"

    def compare(self, expected: Any) -> None:
        """The database is as the undisturbed run left it."""
        found = self.state()
        if found != expected:
            texts = [json.dumps(state, indent=1).splitlines() for state in (expected, found)]
            lines = difflib.unified_diff(*texts, "expected", "found", lineterm="", n=2)
            raise AssertionError("\n".join([str(self.log[-3:]), *lines]))

    def state(self) -> Any:
        """The schema and every row."""
        with self.app.app_context():
            from app import db

            found = snapshot(db.engine)
            db.engine.dispose()
        return found


# The ways to disturb. Each returns how often it did.


def kills_at_boundaries(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Kill at one boundary after the other, or at each n-th."""
    for kills in itertools.count():
        driver.reset()
        at = 1 + kills * options.stride
        if driver.attempt(Kill(at)) != KILLED:
            return kills
        driver.log.append(f"killed at boundary {at}")
        driver.finish()
        driver.compare(expected)
    return 0


def kills_again_and_again(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Kill each run a little later than the one before, without a reset between them."""
    driver.reset()
    kills = 0
    for at in range(1, _MOST_TRIES, options.stride):
        if driver.attempt(Kill(at)) != KILLED:
            break
        kills += 1
    driver.log.append(f"killed {kills} times")
    driver.finish()
    driver.compare(expected)
    return kills


def kills_at_random(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Kill at random moments, several times before one end."""
    dice = random.Random(options.seed)
    whole = _duration(driver)
    done = 0
    while done < options.kills:
        driver.reset()
        for _ in range(dice.randint(1, 4)):
            moment = dice.uniform(0, whole)
            if driver.attempt(during=_signals((moment, signal.SIGKILL))) == KILLED:
                done += 1
                driver.log.append(f"killed after {moment:.4f} s")
        driver.finish()
        driver.compare(expected)
    return done


def cuts(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Cut the connection at one boundary after the other: this run goes on, or the next one."""
    for done in itertools.count():
        driver.reset()
        at = 1 + done * options.stride
        code = driver.attempt(Cut(at))
        if code == UNDISTURBED:
            return done
        driver.log.append(f"cut at boundary {at}, ended with {code}")
        if code:
            driver.finish()
        driver.compare(expected)
    return 0


def interrupts_at_boundaries(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Ctrl-C at one boundary after the other, by turns once and twice."""
    for done in itertools.count():
        driver.reset()
        at, times = 1 + done * options.stride, 1 + (done + options.seed) % 2
        code = driver.attempt(Interrupt(at, times))
        if code == UNDISTURBED:
            return done
        driver.log.append(f"Ctrl-C {times} times at boundary {at}, ended with {code}")
        _after_interrupt(driver, expected, code)
    return 0


def interrupts_at_random(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Ctrl-C at random moments, sometimes again a little later."""
    dice = random.Random(options.seed)
    whole = _duration(driver)
    for _ in range(options.kills):
        driver.reset()
        moments = [dice.uniform(0, whole)]
        if dice.random() < 0.5:
            moments.append(dice.uniform(0, whole / 10))
        code = driver.attempt(during=_signals(*[(moment, signal.SIGINT) for moment in moments]))
        driver.log.append(f"Ctrl-C after {moments}, ended with {code}")
        _after_interrupt(driver, expected, code)
    return int(options.kills)


def _after_interrupt(driver: Driver, expected: Any, code: int) -> None:
    told = _OUTPUT.read_text(encoding="utf-8")
    # Before the command has begun, and after its end, Flask and click hear it, not we.
    untouched = code == _FAILED and "Aborted!" in told
    assert untouched or code in (0, _STOPPED), f"{driver.log[-1]}\n{told}"
    assert "Traceback" not in told, f"{driver.log[-1]}\n{told}"
    if code:
        driver.finish()
    driver.compare(expected)


def server_kills(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Kill the server at random moments, and start it again: this run goes on, or the next one."""
    dice = random.Random(options.seed)
    whole = _duration(driver)
    for _ in range(options.kills):
        driver.reset()
        moment = dice.uniform(0, whole)

        def crash(_process: int, moment: float = moment) -> None:
            time.sleep(moment)
            options.server.kill()
            options.server.start()

        code = driver.attempt(during=crash)
        driver.log.append(f"server killed after {moment:.4f} s, ended with {code}")
        if code:
            driver.finish()
        driver.compare(expected)
    return int(options.kills)


def crowds(driver: Driver, expected: Any, options: argparse.Namespace) -> int:
    """Many at the same moment: one does it all, the others wait, and find it done."""
    for _ in range(options.kills):
        driver.reset()
        ends = driver.crowd(_CROWD)
        assert set(ends.values()) == {0}, ends
        worked = [said for said in ends if _WORKED.search(said)]
        idle = [said for said in ends if "Nothing to do" in said]
        assert (len(worked), len(idle)) == (1, _CROWD - 1), ends
        driver.compare(expected)
    return int(options.kills)


def _wait(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _duration(driver: Driver) -> float:
    """Seconds that an undisturbed run takes."""
    driver.reset()
    began = time.monotonic()
    driver.finish()
    return time.monotonic() - began


def _signals(*moments: tuple[float, int]) -> Callable[[int], None]:
    """Sends each signal so many seconds after the one before, if the process is still there."""

    def send(process: int) -> None:
        for pause, number in moments:
            time.sleep(pause)
            os.kill(process, number)  # one that has ended is a zombie until it is waited for

    return send


_WAYS: dict[str, Callable[[Driver, Any, argparse.Namespace], int]] = {
    "boundaries": kills_at_boundaries,
    "again": kills_again_and_again,
    "random": kills_at_random,
    "cuts": cuts,
    "interrupts": interrupts_at_boundaries,
    "random-interrupts": interrupts_at_random,
    "servers": server_kills,
    "crowds": crowds,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=_WAYS)
    parser.add_argument("command", choices=_ARGUMENTS)
    parser.add_argument("--kills", type=int, default=10, help="how often, at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stride", type=int, default=1, help="from one boundary to the next")
    parser.add_argument("--server", help="kind of the server to kill")
    parser.add_argument("--instance", help="and its name")
    options = parser.parse_args()
    with _running_server(options):
        drive(options)


@contextmanager
def _running_server(options: argparse.Namespace) -> Iterator[None]:
    """The server as a child of ours, if there is one to kill.

    What was killed is in the way of the next one until its parent has looked after it.
    """
    if not options.server:
        yield
        return
    options.server = create(options.server, options.instance, durable=True)
    options.server.start()
    try:
        yield
    finally:
        options.server.stop()


def drive(options: argparse.Namespace) -> None:
    """Disturb in one way, and say how often."""
    sys.path.insert(0, str(Path.cwd()))
    from app import app

    driver = Driver(app, options.command)
    driver.import_everything()
    driver.reset()
    driver.finish()
    expected = driver.state()
    print(json.dumps({"kills": _WAYS[options.way](driver, expected, options)}))


if __name__ == "__main__":
    main()
