"""SQLite: the online backup API, which copies a consistent state while others write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from ..errors import BackupFailed
from .backups import Backup, quoted


class SQLiteBackup(Backup):
    """A copy of the file. It is a database as the original is."""

    suffix: ClassVar[str] = ".sqlite3"

    def check(self) -> None:
        if self._file() is None:
            raise BackupFailed(
                "An SQLite database in memory has no backup.",
                hint="flask db upgrade --no-backup    goes on without",
            )

    def write(self, path: Path) -> None:
        file = self._file()
        assert file is not None
        try:
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(path)) as target:
                source.backup(target)
        except sqlite3.Error as error:
            raise BackupFailed(f"The backup of {file} failed: {error}.") from error

    def restore_command(self, path: Path) -> str:
        file = str(self._file())
        # What a write-ahead log holds belongs to the database that is replaced.
        logs = quoted("rm", "-f", f"{file}-wal", f"{file}-shm", f"{file}-journal")
        return f"{logs} && {quoted('cp', str(path), file)}"

    def _file(self) -> Path | None:
        """The file as SQLite itself names it, wherever the URL put it."""
        rows = self.connection.exec_driver_sql("PRAGMA database_list").all()
        return next((Path(row[2]) for row in rows if row[1] == "main" and row[2]), None)
