"""What a safe form is: an operation's work in parts, each a statement outside of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.ddl import ExecutableDDLElement

from ..frozen import frozen


@frozen
class Part:
    """One statement. What is ``brief`` takes a strong lock for a moment, and must not wait for it.

    ``undo`` takes it back when a later part finds rows that must not be. ``name`` is what the
    journal knows it by, where its text can't be made once more.
    """

    statement: ExecutableDDLElement | str
    brief: bool = False
    undo: str = ""
    name: str = ""
    rest: Callable[[Connection], str] = lambda connection: ""
    """What ends an attempt that was cut off, "" where there was none."""

    def known_by(self, dialect: Dialect) -> str:
        """As the journal knows it."""
        return self.name or self.sql(dialect)

    def sql(self, dialect: Dialect) -> str:
        """As the driver is sent it."""
        if isinstance(self.statement, str):
            return self.statement
        return str(self.statement.compile(dialect=dialect))


@frozen
class SafeForm:
    """What is done in the place of an operation, if one of ``tables`` (quoted names) is large."""

    words: str
    tables: tuple[str, ...]
    parts: tuple[Part, ...]
    after: Any = None
    """What else the operation does, as the script says."""
    always: bool = False
    """Whether it is done like that whatever the size of the tables."""
    leftover: Callable[[Connection], str] = lambda connection: ""
    """What removes the remains of an attempt that failed, "" where there are none."""
    applies: Callable[[Connection], bool] = lambda connection: True
    """Whether there is anything to do, asked once."""
    refusal: str = ""
    """What rows that are in the way mean, where the server says it of something of ours."""


Maker = Callable[[Any, MigrationContext], SafeForm | None]
"""Gives the safe form of an operation; None where it has none, or says itself how it is done."""

Makers = Mapping[type, Maker]
