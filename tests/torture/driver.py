"""Runs in a project's folder: upgrades and downgrades in forked processes that get killed.

A fork is there in a moment, where a fresh ``flask db upgrade`` must import everything first.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text

import flask_godwit

KILLED = -signal.SIGKILL
UNDISTURBED = 77
_MOST_TRIES = 200


class Crash:
    """Kills the process at its n-th boundary: before or after a statement, before a commit."""

    def __init__(self, at: int) -> None:
        self.left = at
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, self._boundary)

    def _boundary(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Cut(Crash):
    """Ends the session of the connection at its n-th boundary, as an administrator would."""

    reached = False

    def _boundary(self, connection: Connection, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            Cut.reached = True
            end_session(connection)


def end_session(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    if hasattr(raw, "thread_id"):
        statement = f"KILL {raw.thread_id()}"
    else:
        statement = f"SELECT pg_terminate_backend({raw.info.backend_pid})"
    other = create_engine(connection.engine.url, poolclass=NullPool)
    with other.connect() as killer:
        killer.execute(text(statement))


class Driver:
    """One application, whose migrations are disturbed."""

    def __init__(self, app: Any, command: str) -> None:
        self.app = app
        self.command = command
        self.log: list[str] = []

    def attempt(self, crash_at: int = 0, kill_after: float | None = None, cut_at: int = 0) -> int:
        """Run the command in a process of its own; its exit code, or the signal that ended it."""
        child = os.fork()
        if child == 0:
            self._child(crash_at, cut_at)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def _child(self, crash_at: int, cut_at: int) -> None:
        code = 1
        try:
            if crash_at:
                Crash(crash_at)
            if cut_at:
                Cut(cut_at)
            with self.app.app_context():
                if self.command == "upgrade":
                    flask_godwit.upgrade()
                else:
                    flask_godwit.downgrade(revision="base")
            code = UNDISTURBED if cut_at and not Cut.reached else 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def finish(self) -> int:
        """Run the command again until it comes to its end; how often that took."""
        for tries in range(1, _MOST_TRIES):
            code = self.attempt()
            if code == 0:
                return tries
            raise AssertionError(f"the next run failed with {code}: {self.log[-3:]}")
        raise AssertionError("it never ends")

    def reset(self) -> None:
        """An empty database, or for a downgrade a full one."""
        with self.app.app_context():
            from app import db

            _empty(db.engine)
            if self.command == "downgrade":
                flask_godwit.upgrade()
            db.engine.dispose()

    def state(self) -> Any:
        """The schema and every row, without what is made anew in each run."""
        with self.app.app_context():
            from app import db

            found = _snapshot(db.engine)
            db.engine.dispose()
        return found


def every_boundary(driver: Driver, expected: Any, stride: int) -> int:
    """Kill at one boundary after the other, or at each n-th; the number of kills."""
    at = 1
    for kills in itertools.count():
        driver.reset()
        if driver.attempt(crash_at=at) != KILLED:
            return kills
        at += stride
        driver.log.append(f"killed at boundary {at - stride}")
        driver.finish()
        _compare(driver, expected)
    return 0


def every_cut(driver: Driver, expected: Any, stride: int) -> int:
    """Cut the connection at one boundary after the other: this run goes on, or the next one."""
    for cuts in itertools.count():
        driver.reset()
        code = driver.attempt(cut_at=1 + cuts * stride)
        if code == UNDISTURBED:
            return cuts
        driver.log.append(f"cut at boundary {1 + cuts * stride}, ended with {code}")
        if code:
            driver.finish()
        _compare(driver, expected)
    return 0


def again_and_again(driver: Driver, expected: Any, stride: int) -> int:
    """Kill each run a little later than the one before, without a reset between them."""
    driver.reset()
    kills = 0
    for at in range(1, _MOST_TRIES, stride):
        if driver.attempt(crash_at=at) != KILLED:
            break
        kills += 1
    driver.log.append(f"killed {kills} times")
    driver.finish()
    _compare(driver, expected)
    return kills


def random_moments(driver: Driver, expected: Any, kills: int, seed: int) -> int:
    """Kill at random moments, several times before one end."""
    dice = random.Random(seed)
    driver.reset()
    began = time.monotonic()
    driver.finish()
    whole = time.monotonic() - began
    done = 0
    while done < kills:
        driver.reset()
        for _ in range(dice.randint(1, 4)):
            moment = dice.uniform(0, whole)
            if driver.attempt(kill_after=moment) == KILLED:
                done += 1
                driver.log.append(f"killed after {moment:.4f} s")
        driver.finish()
        _compare(driver, expected)
    return done


def _compare(driver: Driver, expected: Any) -> None:
    found = driver.state()
    if found != expected:
        texts = [json.dumps(state, indent=1).splitlines() for state in (expected, found)]
        lines = difflib.unified_diff(*texts, "expected", "found", lineterm="", n=2)
        raise AssertionError("\n".join([str(driver.log[-3:]), *lines]))


def _empty(engine: Engine) -> None:
    with engine.connect() as connection:
        inspector = inspect(connection)
        names = [(None, name) for name in inspector.get_table_names()]
        quote = connection.dialect.identifier_preparer.quote
        if engine.dialect.name == "mysql":
            connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
        for _, name in names:
            connection.execute(text(f"DROP TABLE {quote(name)}{cascade}"))
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP TYPE IF EXISTS mood"))
        if engine.dialect.name == "mysql":
            connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
        connection.commit()


def _snapshot(engine: Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        inspector = inspect(connection)
        found: dict[str, Any] = {}
        for name in sorted(inspector.get_table_names()):
            columns = [
                f"{c['name']} {c['type']} {c['nullable']}" for c in inspector.get_columns(name)
            ]
            indexes = sorted(str(index["name"]) for index in inspector.get_indexes(name))
            keys = sorted(str(key["name"]) for key in inspector.get_foreign_keys(name))
            found[name] = [columns, indexes, keys, _rows(connection, name)]
        if engine.dialect.name == "postgresql":
            labels = connection.scalars(text("SELECT enumlabel FROM pg_enum ORDER BY 1")).all()
            broken = connection.scalars(
                text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
            ).all()
            found[" enums and invalid indexes"] = [list(labels), list(broken)]
    if found.get("godwit_journal", [None])[-1] == []:
        del found["godwit_journal"]  # made when first needed, and empty at the end
    if "godwit_ledger" in found:
        found["godwit_ledger"] = _ledger(engine)
    return found


def _ledger(engine: Engine) -> list[str]:
    """What was done, each once and in this order."""
    query = "SELECT revision, direction FROM godwit_ledger WHERE result = 'done' ORDER BY id"
    with engine.connect() as connection:
        return [" ".join(row) for row in connection.execute(text(query))]


def _rows(connection: Any, name: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    rows = connection.execute(text(f"SELECT * FROM {quote(name)}")).mappings().all()
    # Identifiers have gaps where a transaction was rolled back.
    return sorted(repr({k: _still(k, v) for k, v in row.items() if k != "id"}) for row in rows)


def _still(column: str, value: Any) -> Any:
    """A value; of one that is random, or an identifier, only whether it is there."""
    is_text = isinstance(value, str) and len(value) == 32
    is_random = column in ("token", "owner_id") or is_text
    return bool(value) if is_random else value


_WAYS: dict[str, Callable[..., int]] = {
    "boundaries": every_boundary,
    "cuts": every_cut,
    "again": again_and_again,
    "random": random_moments,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=_WAYS)
    parser.add_argument("command", choices=["upgrade", "downgrade"])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stride", type=int, default=1)
    options = parser.parse_args()
    sys.path.insert(0, str(Path.cwd()))
    from app import app

    driver = Driver(app, options.command)
    driver.reset()
    driver.finish()
    expected = driver.state()
    is_random = options.way == "random"
    extra = (options.kills, options.seed) if is_random else (options.stride,)
    print(json.dumps({"kills": _WAYS[options.way](driver, expected, *extra)}))


if __name__ == "__main__":
    main()
