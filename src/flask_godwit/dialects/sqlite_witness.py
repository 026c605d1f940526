"""SQLite: what a revision does is one transaction, up to where it does a piece of work in parts.

So there is nothing to look for after a crash, and no session that outlives its process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from .witness import Definitions, Witness


class SQLiteWitness(Witness):
    """Has seen nothing, since nothing happens that a rollback would not take back."""

    notes_commits: ClassVar[bool] = False
    # What gave way to a statement that SQLite refuses in a transaction is committed bit by bit.

    def names(self, statement: str) -> tuple[str, ...]:
        return ()

    def definitions(self, names: Iterable[str]) -> Definitions:
        return {}

    def is_autocommit(self) -> bool:
        return False

    def session(self) -> str:
        return ""

    def lives(self, session: str) -> bool:
        return False
