"""A real shell, so that ``cd``, ``export`` and ``activate`` do what they do for a reader."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from uuid import uuid4

LONGEST_COMMAND_SECONDS = 120


@dataclass(frozen=True)
class Result:
    """What a command printed on both streams, and its exit code."""

    output: str
    code: int


class Terminal:
    """One bash that runs commands one after another and keeps its state between them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, command: str) -> Result:
        """Run one command line; what it prints is not shown."""
        # The command must not read the shell's own input, and the marker must not
        # be something that it could print itself.
        marker = uuid4().hex
        self._type(f"{{ {command}\n}} </dev/null\nprintf '\\n%s %s\\n' {marker} $?\n")
        watchdog = Timer(LONGEST_COMMAND_SECONDS, self.process.kill)
        watchdog.start()
        try:
            return self._read_until(marker)
        finally:
            watchdog.cancel()

    @contextmanager
    def running(self, command: str, log: Path) -> Iterator[None]:
        """Run a command in the background, like a server that one stops with CTRL+C."""
        pid = self.run(f"{command} >{log} 2>&1 & echo $!").output.strip()
        try:
            yield
        finally:
            self.run(f"kill {pid}; wait {pid}")

    def close(self) -> None:
        """Leave the shell."""
        self.process.communicate("exit\n", timeout=LONGEST_COMMAND_SECONDS)

    def _type(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def _read_until(self, marker: str) -> Result:
        assert self.process.stdout
        lines: list[str] = []
        for line in self.process.stdout:
            if line.startswith(marker):
                output = "".join(lines).removesuffix("\n")
                return Result(output, int(line.removeprefix(marker)))
            lines.append(line)
        raise AssertionError("The shell ended:\n" + "".join(lines))
