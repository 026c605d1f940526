"""The folder of backups: a new one for each run that changes something, a bounded number kept."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from ..connect import connected
from ..dialects import dialect_for
from ..errors import BackupFailed
from ..targets import selected_targets
from ..values import BackupMade, Project, Target

_UNFINISHED = ".unfinished"


class Backups:
    """The backups of one run.

    :param tell: is told of each backup as soon as it is there.
    """

    def __init__(self, project: Project, tell: Callable[[BackupMade], None]) -> None:
        self.project = project
        self.tell = tell
        self.made: list[BackupMade] = []
        self._checked = False
        self._identities: set[tuple[object, ...]] = set()

    @property
    def folder(self) -> Path:
        """Where the backups are."""
        return self.project.directory.parent / self.project.settings.backup_folder

    def take(self, bind: str, at: tuple[str, ...]) -> None:
        """Back up the database of a bind, once.

        :param at: the revisions that it is at.
        :raises BackupFailed: it can't be done. The first time all databases are asked.
        """
        targets = selected_targets(self.project)
        if not self._checked:
            for target in targets:
                with connected(target.engine) as connection:
                    dialect_for(target.engine.url, connection.dialect).backup(connection).check()
            self._checked = True
        target = next(target for target in targets if target.bind == bind)
        identity = dialect_for(target.engine.url).identity
        if identity not in self._identities:
            self._identities.add(identity)
            self._take(target, "_".join(at) or "base")

    def _take(self, target: Target, revision: str) -> None:
        began = time.perf_counter()
        with connected(target.engine) as connection:
            backup = dialect_for(target.engine.url, connection.dialect).backup(connection)
            name = _word(self._name(target))
            path = self._new(name, _word(revision), backup.suffix)
            unfinished = path.with_name(path.name + _UNFINISHED)
            try:
                unfinished.touch(mode=0o600, exist_ok=False)
                backup.write(unfinished)
                if not unfinished.stat().st_size:
                    raise BackupFailed("The backup is empty, so nothing was migrated.")
                unfinished.rename(path)
                for script, text in backup.beside.items():
                    path.with_name(script).write_text(text, encoding="utf-8")
            except OSError as error:
                raise _cannot_write(self.folder, error) from error
            finally:
                unfinished.unlink(missing_ok=True)
            command = backup.restore_command(path)
        seconds = time.perf_counter() - began
        self.made.append(BackupMade(target.bind, str(path), path.stat().st_size, command, seconds))
        self.tell(self.made[-1])
        for old in surplus(self._all(name, backup.suffix), self.project.settings.backups_kept):
            with suppress(OSError):
                old.unlink()

    def _name(self, target: Target) -> str:
        several = len(self.project.targets()) > 1
        file = Path(target.engine.url.database or target.label).stem
        return f"{target.label}.{file}" if several else file

    def _new(self, name: str, revision: str, suffix: str) -> Path:
        """A path that is not taken, in a folder that only we can read."""
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(parents=True, mode=0o700)
                (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
            if not os.access(self.folder, os.W_OK | os.X_OK):
                raise PermissionError(f"{self.folder} is not ours to write")
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        moment = datetime.now(timezone.utc)
        return self.folder / f"{name}-{moment:%Y%m%dT%H%M%S%fZ}-{revision[:80]}{suffix}"

    def _all(self, name: str, suffix: str) -> list[Path]:
        """The backups of a database, the oldest first."""
        pattern = re.compile(rf"{re.escape(name)}-\d{{8}}T\d{{12}}Z-[^-]*{re.escape(suffix)}")
        return sorted(path for path in self.folder.iterdir() if pattern.fullmatch(path.name))


def surplus(backups: list[Path], kept: int) -> list[Path]:
    """Which backups go, of some that are sorted by age.

    A migration that is tried again and again makes backups of the same revision, of a state
    that may be half migrated: the first of each revision goes last. The newest stays.
    """
    first: dict[str, Path] = {}
    for path in backups:
        first.setdefault(path.stem.rpartition("-")[2], path)
    by_worth = sorted(backups[:-1], key=lambda path: (path in first.values(), path.name))
    return by_worth[: max(0, len(backups) - kept)]


def _word(text: str) -> str:
    return re.sub(r"[^\w.]", "_", text)


def _cannot_write(folder: Path, error: OSError) -> BackupFailed:
    return BackupFailed(
        f"No backup can be written into {folder}: {error}.",
        hint="GODWIT_BACKUP_FOLDER names another folder.\n"
        "Without a backup: flask db upgrade --no-backup",
    )
