"""A program that does not outlive us, even if we are killed."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

_WATCH = 'cat >/dev/null; kill -TERM "$0"'
"""Ends a process when our end of the pipe is closed: by us, or by our death."""


def run_tied(command: Sequence[str]) -> tuple[int, bytes]:
    """Run a program to its end; its exit code, and all that it wrote.

    A Ctrl-C in the terminal is for us only: we know when it is time to stop.
    """
    program = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        with subprocess.Popen(
            ["sh", "-c", _WATCH, str(program.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as watch:
            try:
                said, _ = program.communicate()
            finally:
                if program.poll() is not None:
                    watch.kill()  # before its number can be another process's
    finally:
        if program.poll() is None:
            program.terminate()
            program.communicate()
    return program.returncode, said
