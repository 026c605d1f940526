"""Real transactions for SQLite's DDL, and rebuilt tables that keep their child rows.

SQLite can do DDL in a transaction. It is Python's driver that never begins one for it:
a failed revision then leaves its first half behind. So we say BEGIN IMMEDIATE ourselves.

With ``PRAGMA foreign_keys=ON`` a table that is rebuilt (new table, copy, drop the old one,
rename) loses the rows that refer to it by ON DELETE CASCADE, since DROP TABLE deletes
first. SQLite's own procedure is to switch the pragma off before the transaction, where
alone it has an effect, and to check the keys before the end.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from ..errors import ForeignKeysBroken
from .base import Guard, OutsideTransaction

_DROP_TABLE = re.compile(r'\s*DROP TABLE (?:"((?:[^"]|"")+)"|(\w+))\s*$', re.IGNORECASE)
_TEMPORARY = "_alembic_tmp_"


class _Rebuild(Exception):
    """A table that others refer to is about to be dropped and put back."""


class SQLiteTransactions(Guard):
    """One transaction for each revision, foreign keys switched off where a table is rebuilt."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.enforced = self._pragma("foreign_keys") == 1
        self.known_orphans = self._orphans() if self.enforced else set()

    @contextmanager
    def run(self) -> Iterator[None]:
        """Listen to the connection while revisions run."""
        listeners: list[tuple[str, Callable[..., None]]] = [("begin", _begin)]
        if self.enforced:
            listeners.append(("before_cursor_execute", self._look_for_rebuild))
        for name, function in listeners:
            event.listen(self.connection, name, function)
        if self.connection.in_transaction():
            _begin(self.connection)
        try:
            yield
        finally:
            for name, function in listeners:
                event.remove(self.connection, name, function)
            self._restore()

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction
    ) -> Callable[..., None]:
        """The revision's function, run once more without foreign keys if it rebuilds a table."""
        if not self.enforced:
            return function

        def call(**arguments: Any) -> None:
            self._raw.execute("SAVEPOINT godwit_revision")
            try:
                function(**arguments)
            except _Rebuild:
                self._raw.execute("ROLLBACK TO godwit_revision")
                self._enforce_between(False)
                function(**arguments)
                self._refuse_orphans()

        return call

    def finished(self, outside: OutsideTransaction) -> None:
        """Switch the foreign keys on again after a revision that needed them off."""
        if self.enforced and self._pragma("foreign_keys") == 0:
            self._enforce_between(True)

    def _enforce_between(self, on: bool) -> None:
        """Switch the foreign keys, which can't be done inside a transaction.

        At the driver: the transaction may be one that an env.py holds for all revisions.
        """
        inside = self._raw.in_transaction
        if inside:
            self._raw.commit()
        self._enforce(on)
        if inside:
            self._raw.execute("BEGIN IMMEDIATE")

    def _look_for_rebuild(
        self, _connection: Connection, _cursor: Any, statement: str, *_: Any
    ) -> None:
        found = _DROP_TABLE.match(statement)
        if not found or self._pragma("foreign_keys") == 0:
            return
        table = (found[1] or "").replace('""', '"') or found[2]
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if self._raw.execute(query, (_TEMPORARY + table,)).fetchone():
            raise _Rebuild

    def _refuse_orphans(self) -> None:
        new = self._orphans() - self.known_orphans
        if new:
            tables = ", ".join(sorted({f"{child} -> {parent}" for child, _, parent, _ in new}))
            raise ForeignKeysBroken(
                f"{len(new)} rows would refer to rows that do not exist ({tables}).",
                hint="Nothing of this revision was kept. Delete or correct those rows in it first.",
            )

    def _orphans(self) -> set[tuple[Any, ...]]:
        return set(self._raw.execute("PRAGMA foreign_key_check").fetchall())

    def _restore(self) -> None:
        """Leave the connection, which may go back to a pool, as it was."""
        if self.enforced and not self._raw.in_transaction:
            self._enforce(True)

    def _enforce(self, on: bool) -> None:
        self._raw.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")

    def _pragma(self, name: str) -> Any:
        return self._raw.execute(f"PRAGMA {name}").fetchone()[0]

    @property
    def _raw(self) -> sqlite3.Connection:
        raw = self.connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        return raw


def _begin(connection: Connection) -> None:
    """Begin for real, unless the application's own listener did or nothing is to begin."""
    raw = connection.connection.dbapi_connection
    autocommit = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
    if not autocommit and isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def can_begin(connection: Connection) -> bool:
    """Whether the driver is Python's own and no transaction has really begun."""
    raw = connection.connection.dbapi_connection
    return isinstance(raw, sqlite3.Connection) and not raw.in_transaction
