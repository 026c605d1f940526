"""Whoever looks at a database to tell whether a statement took effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import Connection

Definitions = dict[str, str]
"""Names of objects -> a digest of their definition; "" for one that does not exist."""


class Witness:
    """The eyes of the journal on one connection."""

    commits_schema: ClassVar[bool] = False
    """Whether a statement that changes the schema commits, itself and what came before it."""

    notes_commits: ClassVar[bool] = True
    """Whether what a revision commits by itself can be told from what it did not."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def names(self, statement: str) -> tuple[str, ...]:
        """The objects whose definition tells whether a statement took effect."""
        raise NotImplementedError

    def definitions(self, names: Iterable[str]) -> Definitions:
        """How objects are defined now."""
        raise NotImplementedError

    def changes_others(self, statement: str) -> bool:
        """Whether the definitions of objects that it does not name may change with it."""
        return False

    def is_autocommit(self) -> bool:
        """Whether each statement is a transaction of its own now."""
        raise NotImplementedError

    def settle(self) -> None:
        """After a revision: what comes now is in a transaction, whatever the revision did."""

    def clear_away(self, statement: str) -> None:
        """Remove what a statement that was cut off left behind, before it is sent again."""

    def session(self) -> str:
        """A name for this session, by which another one can tell whether it still lives."""
        raise NotImplementedError

    def lives(self, session: str) -> bool:
        """Whether the server still has that session: it may be at work for a client long dead."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what :meth:`session` took."""
