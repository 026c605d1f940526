"""The deploy lock of an SQLite database: a locked file beside it.

The operating system frees it when its owner dies. The file is removed at the end, so a
waiter may have locked a file that is no longer there: it then looks again.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from ..errors import CannotLock
from .deploy_lock import DeployLock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment, unused-ignore]


class FileLock(DeployLock):
    """A file that one process has locked."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.name}-godwit-lock")
        self.descriptor: int | None = None

    def acquire(self) -> bool:
        descriptor = self._open()
        if not _lock(descriptor):
            os.close(descriptor)
            return False
        if not self._is_current(descriptor):
            os.close(descriptor)
            return self.acquire()
        os.ftruncate(descriptor, 0)
        os.write(descriptor, _myself().encode())
        self.descriptor = descriptor
        return True

    def release(self) -> None:
        if self.descriptor is not None:
            with suppress(OSError):  # Windows does not remove an open file
                self.path.unlink()
            os.close(self.descriptor)
            self.descriptor = None

    def holder(self) -> str:
        with suppress(OSError):
            return self.path.read_text()
        return ""

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise CannotLock(
                f"Can't make the lock file {self.path}: {error.strerror}.",
                hint="A migration must be able to write beside the database."
                "\nIf nothing else migrates it: flask db upgrade --no-lock",
            ) from error

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False


def _lock(descriptor: int) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    except BlockingIOError:
        return False
    except OSError as error:
        raise CannotLock(
            f"The file system can't lock a file: {error.strerror}.",
            hint="A network file system often can't, and SQLite is not safe on one."
            "\nIf nothing else migrates the database: flask db upgrade --no-lock",
        ) from error
    return True


def _myself() -> str:
    started = time.strftime("%Y-%m-%d %H:%M:%S")
    import getpass  # slow to import, and needed only by who changes something

    with suppress(Exception):  # a container's user may have no name
        return f"{getpass.getuser()}@{socket.gethostname()}, process {os.getpid()}, since {started}"
    return f"process {os.getpid()}, since {started}"
