"""Who wrote revision files, and when: as git knows, else by the files' own dates."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

_MOST_SECONDS = 3
_MOST_FILES = 200


def authors(paths: Iterable[str]) -> dict[str, tuple[str, datetime | None]]:
    """For each file its author ("" where nobody knows) and its moment, in UTC.

    Git is asked once for each folder, and only where there is a repository.
    """
    found: dict[str, tuple[str, datetime | None]] = {p: ("", _file_date(p)) for p in paths}
    folders: dict[Path, list[str]] = {}
    for path in list(found)[:_MOST_FILES]:
        folders.setdefault(Path(path).parent, []).append(path)
    for folder, files in folders.items():
        if any((parent / ".git").exists() for parent in (folder, *folder.absolute().parents)):
            found.update(_in_git(folder, files))
    return found


def _file_date(path: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(Path(path).stat().st_mtime, timezone.utc)
    except OSError:
        return None


def _in_git(folder: Path, files: list[str]) -> Iterator[tuple[str, tuple[str, datetime]]]:
    names = {Path(path).name: path for path in files}
    command = ["git", "log", "--no-renames", "--diff-filter=A", "--relative", "--name-only"]
    command += ["-z", "--format=%x01%an%x00%at", "--", *names]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=_MOST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    # The newest commit comes first: a file that was deleted and written anew is that one's.
    for commit in done.stdout.decode("utf-8", "replace").split("\x01")[1:]:
        author, moment, *rest = commit.split("\0")
        for name in rest:
            path = names.pop(name.strip(), None)
            if path is not None:
                yield path, (author, datetime.fromtimestamp(int(moment), timezone.utc))
