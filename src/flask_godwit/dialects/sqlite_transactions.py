"""Real transactions for SQLite's DDL, and rebuilt tables that keep their child rows.

SQLite can do DDL in a transaction. It is Python's driver that never begins one for it:
a failed revision then leaves its first half behind. So we say BEGIN IMMEDIATE ourselves.

With ``PRAGMA foreign_keys=ON`` a table that is rebuilt (new table, copy, drop the old one,
rename) loses the rows that refer to it by ON DELETE CASCADE, since DROP TABLE deletes
first. SQLite's own procedure is to switch the pragma off before the transaction, where
alone it has an effect, and to check the keys before the end. So we do where a table is
dropped for good that others still refer to: they may be dropped next, in a cycle.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from ..retry import Limits
from ..sqlite.orphans import Orphan, orphaned, orphans
from ..sqlite.tokens import SWITCH_OFF, TEMPORARY, temporary_name, unquoted
from .guard import Guard, OutsideTransaction, Running
from .sqlite_patience import SQLitePatience

_NEW_TABLE = re.compile(rf'\s*CREATE TABLE (\S+\.)?"?{TEMPORARY}', re.IGNORECASE)
"""A table that is made to take another one's place."""
_REFERENCES = re.compile(r'\bREFERENCES\s+(?:["`\[]([^"`\]]+)|(\w+))', re.IGNORECASE)
_REFERRED = """
    SELECT DISTINCT key."table"
    FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS key
    WHERE child.type = 'table'
"""
_DROPPED = re.compile(
    r"\s*DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`|\[[^]]+\]|\w+)\s*;?\s*$",
    re.IGNORECASE,
)
_REFERS = """
    SELECT 1
    FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS key
    WHERE child.type = 'table' AND key."table" = :name COLLATE NOCASE
        AND child.name <> :name COLLATE NOCASE
    LIMIT 1
"""
NOT_INSIDE = re.compile(
    r"\s*(BEGIN|VACUUM|ATTACH|DETACH|PRAGMA\s+(\w+\.)?journal_mode)\b", re.IGNORECASE
)
"""Statements that SQLite refuses in a transaction, or ignores there."""


class _Rebuild(Exception):
    """A table that others refer to is about to be dropped, perhaps to be put back."""


class SQLiteTransactions(Guard):
    """One transaction for each revision, foreign keys switched off where a table is rebuilt."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits
        self.patience = SQLitePatience(self._raw, limits)
        self.enforced = self._pragma("foreign_keys") == 1
        self.known_orphans = self._orphans() if self.enforced else set()
        self.thread = threading.get_ident()
        self.gave_way = False
        self.is_rebuilding = False
        """Whether the foreign keys are off, since the revision rebuilds a table."""

    @contextmanager
    def run(self) -> Iterator[None]:
        """Listen to the connections while revisions run."""
        listeners: list[tuple[Any, str, Callable[..., None]]] = [
            (self.connection, "begin", self._begin),
            (self.connection, "commit", self._commit),
            (self.connection, "before_cursor_execute", self._before_own),
            (Engine, "before_cursor_execute", self._before_any),
        ]
        for listener in listeners:
            event.listen(*listener)
        with self.patience.brief():
            if self.connection.in_transaction():
                self._begin(self.connection)
            try:
                yield
            finally:
                for listener in listeners:
                    event.remove(*listener)
                self._restore()

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        """The revision's function, run once more without foreign keys if it rebuilds a table."""

        def call(**arguments: Any) -> None:
            self.gave_way = False
            self.patience.wait_at_most(self.limits.of(running.module).lock_seconds)
            # An env.py's own transaction: the last revision may have ended it.
            self._begin(self.connection)
            if not self.enforced:
                function(**arguments)
                return
            self.is_rebuilding = False
            while not self._ran(function, arguments):
                self._enforce_between(False)
                self.is_rebuilding = True

        return call

    def _ran(self, function: Callable[..., None], arguments: dict[str, Any]) -> bool:
        """Run a revision to its end, or take back what it did if it rebuilds a table."""
        self.returns()
        try:
            function(**arguments)
        except _Rebuild:
            # Not at the driver: whoever remembers what the tables are like hears of it.
            self.connection.exec_driver_sql("ROLLBACK TO godwit_revision")
            return False
        if self.is_rebuilding:
            self._refuse_orphans()
        return True

    def leaves(self) -> None:
        if self.is_rebuilding:
            self._refuse_orphans()
            self.patience.commit()
            self._enforce(True)
            self.is_rebuilding = False

    def returns(self) -> None:
        self.gave_way = False
        if self.enforced:
            self._raw.execute("SAVEPOINT godwit_revision")

    def _before_own(self, _connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if NOT_INSIDE.match(statement):
            self._give_way()
        elif self.enforced:
            self._look_for_rebuild(statement)

    def _before_any(self, connection: Connection, *_: Any) -> None:
        """Somebody's statement: a revision may use the application's session, which is another
        connection. It would wait for our write lock for ever, and not see our tables.
        """
        same_thread = threading.get_ident() == self.thread
        if same_thread and not self._is_ours(connection) and self._is_same_file(connection):
            self._give_way()

    def _is_ours(self, connection: Connection) -> bool:
        other = connection.connection.dbapi_connection
        return other is self.connection.connection.dbapi_connection

    def _is_same_file(self, connection: Connection) -> bool:
        urls = (connection.engine.url, self.connection.engine.url)
        if urls[0].get_backend_name() != "sqlite":
            return False
        one, other = (Path(url.database or "").absolute() for url in urls)
        return one == other

    def _give_way(self) -> None:
        """End the transaction: from here on the revision runs as the driver would run it."""
        self.gave_way = True
        if self._raw.in_transaction:
            self.patience.commit()

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
            self.patience.begin()

    def _look_for_rebuild(self, statement: str) -> None:
        if self.gave_way and statement == SWITCH_OFF:
            self._raw.commit()  # inside a transaction the statement has no effect
        if not self._is_rebuild(statement) or self._pragma("foreign_keys") == 0:
            return
        if not self.gave_way:
            raise _Rebuild
        # What came before can't be taken back any more; the children are kept all the same.
        self._raw.commit()
        self._enforce(False)

    def _is_rebuild(self, statement: str) -> bool:
        dropped = _DROPPED.match(statement)
        if dropped:
            name = {"name": unquoted(dropped[1])}
            return bool(self._raw.execute(_REFERS, name).fetchall())
        if not _NEW_TABLE.match(statement):
            return False
        return is_rebuild(
            statement, referred_in(lambda sql: self._raw.execute(sql).fetchall(), statement)
        )

    def _refuse_orphans(self) -> None:
        if new := self._orphans() - self.known_orphans:
            raise orphaned(new)

    def _orphans(self) -> set[Orphan]:
        return orphans(lambda sql: self._raw.execute(sql).fetchall())

    def _begin(self, connection: Connection) -> None:
        """Begin for real, unless the application's own listener did or nothing is to begin."""
        autocommit = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        if not autocommit and not self._raw.in_transaction:
            self.patience.begin()

    def _commit(self, _connection: Connection) -> None:
        """SQLAlchemy is about to commit, which knows no patience."""
        self.patience.commit()

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


def referred_in(read: Callable[[str], Sequence[Any]], statement: str = "") -> list[str]:
    """The tables that other tables refer to, and those that a statement refers to."""
    named = [quoted or plain for quoted, plain in _REFERENCES.findall(statement)]
    return [*(row[0] for row in read(_REFERRED)), *named]


def is_rebuild(statement: str, referred: Collection[str]) -> bool:
    """Whether a table is made in the place of one that others refer to, or itself."""
    found = _NEW_TABLE.match(statement)
    if not found or found[1]:
        return bool(found)
    head = statement.partition("(")[0].lower()
    return any(temporary_name(table).lower() in head for table in referred)


def can_begin(connection: Connection) -> bool:
    """Whether the driver is Python's own and no transaction has really begun."""
    raw = connection.connection.dbapi_connection
    return isinstance(raw, sqlite3.Connection) and not raw.in_transaction
