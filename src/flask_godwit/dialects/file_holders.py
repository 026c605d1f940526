"""Which processes have locked a file, as Linux tells; elsewhere nobody is named."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

_LOCKS = Path("/proc/locks")
_LONGEST_COMMAND = 80


def holders(files: Sequence[Path]) -> tuple[str, ...]:
    """A line for each other process that has a lock on one of the files."""
    found: dict[int, None] = {}
    with suppress(OSError, ValueError, IndexError):  # a view that is missing, or new
        numbers = {file.stat().st_ino for file in files if file.exists()}
        found = dict.fromkeys(_owners(numbers))
    return tuple(_described(pid) for pid in found if pid not in (0, -1, os.getpid()))


def _owners(numbers: set[int]) -> Iterator[int]:
    # "1: POSIX  ADVISORY  WRITE 1234 08:01:5678 1073741826 1073742335"; "->" is one who waits.
    for line in _LOCKS.read_text().splitlines():
        words = line.split()
        if words[1] != "->" and int(words[5].rpartition(":")[2]) in numbers:
            yield int(words[4])


def _described(pid: int) -> str:
    facts = f"process {pid}"
    with suppress(OSError, KeyError, ImportError):
        import pwd

        place = Path(f"/proc/{pid}")
        facts += f", {pwd.getpwuid(place.stat().st_uid).pw_name}"
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(place.stat().st_mtime))
        command = place.joinpath("cmdline").read_bytes().decode(errors="replace")
        facts += (
            f", since {since}: {' '.join(command.replace(chr(0), ' ').split())[:_LONGEST_COMMAND]}"
        )
    return f"{facts}    (kill {pid} ends it)"
