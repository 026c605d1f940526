"""One run of one command in a fresh process: its cost, exit code and output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")
TIMEOUT_SECONDS = 900


class BenchError(Exception):
    """A tool did not do what the job asks of it, so its time means nothing."""


@dataclass(frozen=True)
class Sample:
    """What one process cost: seconds on the wall, seconds of CPU, peak bytes of memory."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True)
class Run:
    """A command that ended."""

    sample: Sample
    code: int
    stdout: str
    stderr: str

    def must_succeed(self, what: str) -> Run:
        if self.code != 0:
            raise BenchError(f"{what} ended with {self.code}\n{self.stdout}{self.stderr}".rstrip())
        return self


def run(command: Sequence[str], *, cwd: Path, env: dict[str, str]) -> Run:
    """Run a command (its first word an absolute path) and wait for it."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        launcher = [sys.executable, "-IS", str(CHILD), str(out), str(err), *command]
        cost = json.loads(_output_of(launcher, cwd=cwd, env=env))
        code = cost.pop("code")
        return Run(Sample(**cost), code, out.read_text(), err.read_text())


def _output_of(launcher: list[str], *, cwd: Path, env: dict[str, str]) -> str:
    """The launcher's stdout; it leads a process group, so a timeout ends its child as well."""
    process = subprocess.Popen(
        launcher, cwd=cwd, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        stdout, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return stdout
