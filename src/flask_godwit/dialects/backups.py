"""How one database is written into a file. The base says that it can't be."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Connection

from ..errors import BackupFailed
from ..secrecy import shown


class Backup:
    """Writes the database of a connection into files. Nothing is prepared by making one."""

    suffix: ClassVar[str] = ""
    beside: ClassVar[Mapping[str, str]] = {}
    """What the command that restores finds beside the backup: names of files, and their text."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.url = connection.engine.url

    def check(self) -> None:
        """Find out whether it can be done.

        :raises BackupFailed: it can't.
        """
        raise BackupFailed(
            f"Flask-Godwit can't back up {shown(self.url)}.",
            hint="Make a backup yourself, then: flask db upgrade --no-backup",
        )

    def write(self, path: Path) -> None:
        """Write the database into a file, which is there and empty.

        :raises BackupFailed: it did not work.
        """
        raise NotImplementedError

    def restore_command(self, path: Path) -> str:
        """What to type to have the backup back, without passwords."""
        raise NotImplementedError


def program(*names: str) -> tuple[str, str]:
    """The first of the programs that is on the PATH, and what it says of its version.

    :raises BackupFailed: none is, or it does not run.
    """
    for name in names:
        found = shutil.which(name)
        if found:
            return found, run([found, "--version"], {}).strip()
    raise BackupFailed(
        f"A backup needs {' or '.join(names)}, which is not on the PATH.",
        hint="Install the database's client programs, or go on without a backup:"
        " flask db upgrade --no-backup",
    )


def first_number(text: str) -> int:
    """The major version in what a program says of itself."""
    patterns = (r"Distrib (\d+)", r"\) (\d+)", r"Ver (\d+)")
    found = next(filter(None, (re.search(pattern, text) for pattern in patterns)), None)
    return int(found[1]) if found else 0


def server_version(connection: Connection) -> int:
    """The major version of the server."""
    found = connection.dialect.server_version_info or (0,)
    return int(found[0])


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program to its end and return what it printed.

    :raises BackupFailed: it failed.
    """
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise BackupFailed(f"{command[0]} does not run: {error}") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise BackupFailed(
            f"The backup failed: {Path(command[0]).name} ended with {done.returncode}.",
            detail=reason,
            hint="Nothing was migrated. Without a backup: flask db upgrade --no-backup",
        )
    return done.stdout.decode("utf-8", "replace")


def quoted(*words: str) -> str:
    """Words as they are typed in a shell."""
    return " ".join(shlex.quote(word) for word in words)
