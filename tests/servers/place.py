"""Where the servers live, and as whom they run."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]

# Exists on every Unix, and owns nothing.
UNPRIVILEGED = "nobody"

ROOM_BYTES = 2 * 1024**3


def home() -> Path:
    """The folder of all servers: ``GODWIT_TEST_SERVERS_DIR``, else ``.servers`` in the repository.

    A repository in /root can't be entered by the account that the servers run as: then it
    is a folder under the temporary one.
    """
    given = os.environ.get("GODWIT_TEST_SERVERS_DIR")
    folder = Path(given).absolute() if given else ROOT / ".servers"
    return open_to_servers(folder if given or _can_be_entered(folder) else _temporary())


def account() -> str | None:
    """As whom the servers run: None is "as I am". PostgreSQL refuses to run as root."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def open_to_servers(folder: Path) -> Path:
    """Make the folder, readable for the servers' account whatever our umask is."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else.")
    folder.chmod(0o755)
    return folder


def give_to_servers(folder: Path) -> None:
    """Make the folder, owned by the servers' account."""
    folder.mkdir(parents=True, exist_ok=True)
    if user := account():
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def memory() -> Path | None:
    """A file system in memory that has room for a server: there a test is many times faster."""
    folder = Path("/dev/shm")
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < ROOM_BYTES:
        return None
    return folder if psutil.virtual_memory().available > 2 * ROOM_BYTES else None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time work in the folder."""
    with (open_to_servers(folder) / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _can_be_entered(folder: Path) -> bool:
    existing = [parent for parent in folder.parents if parent.exists()]
    return account() is None or all(each.stat().st_mode & stat.S_IXOTH for each in existing)


def _temporary() -> Path:
    repository = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"godwit-servers-{os.geteuid()}-{repository}"
