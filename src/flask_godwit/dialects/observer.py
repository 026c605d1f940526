"""What a server says of a statement that another session is executing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from ..frozen import frozen


@frozen
class Sight:
    """How far a statement is: ``part`` of 1, ``rows`` so far; what the server does not say is None.

    ``waits_for`` has a line for each session that is in its way.
    """

    phase: str = ""
    part: float | None = None
    rows: int | None = None
    waits_for: tuple[str, ...] = ()


Query = Callable[[str], Sequence[Any]]


class Observer:
    """Sees nothing: a database that has no second connection to ask through."""

    def look(self) -> Sight:
        """What the server says now."""
        return Sight()

    def close(self) -> None:
        """Give back what was needed for looking."""


class ServerObserver(Observer):
    """Looks through a connection of its own, opened when there is something to look at."""

    def __init__(self, engine: Engine, read: Callable[[Query], Sight]) -> None:
        self.pool = engine.pool.recreate()
        self.dialect = engine.dialect
        self.read = read
        self.connection: PoolProxiedConnection | None = None

    def look(self) -> Sight:
        if self.connection is None:
            self.connection = self.pool.connect()
            raw = self.connection.dbapi_connection
            assert raw is not None
            self.dialect.set_isolation_level(raw, "AUTOCOMMIT")
        return self.read(self._rows)

    def _rows(self, query: str) -> Sequence[Any]:
        assert self.connection is not None
        cursor = self.connection.cursor()
        try:
            cursor.execute(query)
            return cursor.fetchall()
        finally:
            cursor.close()

    def close(self) -> None:
        if self.connection is not None:
            with suppress(Exception):  # it may be lost by now
                self.connection.invalidate()
        self.pool.dispose()
