"""SQLite: a transaction that can't begin, or can't end, since others use the file.

At its beginning nothing is held: it is simply tried again. At its end the file is locked against
new readers until the old ones are gone: the whole transaction is rolled back to let them through.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import SteppedAside
from ..retry import LONGER, Limits
from .file_holders import holders


class SQLitePatience:
    """How one connection begins and ends its transactions."""

    def __init__(self, raw: sqlite3.Connection, limits: Limits) -> None:
        self.raw = raw
        self.limits = limits

    @contextmanager
    def brief(self) -> Iterator[None]:
        """While this lasts a statement waits for others as long as the limits say."""
        if not self.limits.lock_seconds:
            yield
            return
        (before,) = self.raw.execute("PRAGMA busy_timeout").fetchone()
        self.wait_at_most(self.limits.lock_seconds)
        try:
            yield
        finally:
            # After an interrupt SQLAlchemy has closed it: there is nothing to set back.
            with suppress(sqlite3.ProgrammingError):
                self.raw.execute(f"PRAGMA busy_timeout = {before}")

    def wait_at_most(self, seconds: float) -> None:
        """Set how long a statement waits for others; 0 leaves it as it is."""
        if seconds:
            self.raw.execute(f"PRAGMA busy_timeout = {max(1, int(seconds * 1000))}")

    def begin(self) -> None:
        """Begin a transaction that will write.

        :raises LockNotFree: others write for longer than the limits allow to try.
        """
        attempts = self.limits.attempts()
        statement = "BEGIN IMMEDIATE"
        while True:
            try:
                self.raw.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if not is_locked(error) or not self.limits.lock_seconds:
                    raise
                if attempts.spent:
                    raise attempts.refusal(self.blockers(), statement) from error
            attempts.step_aside(statement, self.blockers)

    def commit(self) -> None:
        """End a transaction.

        :raises SteppedAside: others still read; it was rolled back.
        """
        try:
            self.raw.commit()
        except sqlite3.OperationalError as error:
            if not is_locked(error) or not self.limits.lock_seconds:
                raise
            blockers = self.blockers()
            self.raw.rollback()  # who asked for a commit would not
            raise SteppedAside(
                "Others read the database for longer than a commit may wait.",
                statement="COMMIT",
                blockers=blockers,
                hint=LONGER,
            ) from error

    def blockers(self) -> Sequence[str]:
        """The processes that use the file."""
        (_, _, name) = self.raw.execute("PRAGMA database_list").fetchone()
        return holders([Path(name), Path(f"{name}-shm")]) if name else ()


def is_locked(error: BaseException) -> bool:
    """Whether the driver's error says that others use the file."""
    text = str(error)
    return "database is locked" in text or "database table is locked" in text
