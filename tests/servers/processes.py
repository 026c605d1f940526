"""Start a process that outlives us, run one to its end, end one: nothing here knows a database."""

from __future__ import annotations

import os
import pwd
import shlex
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.servers.place import account

STOP_SECONDS = 60

# A Popen that is forgotten while its process runs gives a ResourceWarning.
_children: list[subprocess.Popen[bytes]] = []


class CommandFailed(Exception):
    """A command ended with an error: the message has the end of what it printed."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        words = shlex.join(command)
        super().__init__(f"{words[:120]} failed:\n{tail(output)}")


def run(command: Sequence[str], **options: Any) -> str:
    """Run a command and return what it printed.

    :raises CommandFailed: it is missing, or ended with an error.
    """
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            stdin=None if "input" in options else subprocess.DEVNULL,
            check=False,
            umask=0o022,  # root makes what the servers' account reads
            **options,
        )
    except OSError as error:
        raise CommandFailed(command, str(error)) from error
    output = str(done.stdout)
    if done.returncode:
        raise CommandFailed(command, output)
    return output


def as_server(folder: Path) -> dict[str, Any]:
    """Options of ``subprocess`` with which a command runs as a server does.

    Little of our environment reaches it: a PGDATA or a MYSQL_HOME is not meant for it.
    """
    options: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(folder)},
    }
    if user := account():
        group = pwd.getpwnam(user).pw_gid
        options |= {"user": user, "group": group, "extra_groups": []}
    return options


def spawn(command: Sequence[str], log: Path, folder: Path) -> psutil.Process:
    """Start a process that goes on after us, and that Ctrl-C in our terminal does not reach."""
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **as_server(folder),
        )
    _children.append(child)
    return psutil.Process(child.pid)


def end(process: psutil.Process, signal: int) -> None:
    """Ask the process to end, wait until it has ended with all its children, insist if need be."""
    family = _family(process)
    try:
        process.send_signal(signal)
    except psutil.NoSuchProcess:
        return
    _, remaining = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for each in remaining:
        each.kill()
    psutil.wait_procs(remaining, timeout=STOP_SECONDS)


def kill(process: psutil.Process) -> None:
    """End the process and its children at once, with no time for last words."""
    family = _family(process)
    for each in family:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=STOP_SECONDS)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return [process]


def free_port(preferred: int = 0) -> int:
    """A port of 127.0.0.1 that nothing listens on: the preferred one if that is free."""
    with socket.socket() as probe:
        # Connections of a server that was just killed linger, and are in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(text: str, lines: int = 12) -> str:
    """The last lines of a log, for a message."""
    return "\n".join(text.strip().splitlines()[-lines:])
