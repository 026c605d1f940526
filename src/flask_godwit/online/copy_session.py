"""How a copy's statements are sent: past the guards, in the midst of the one that they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection

from ..dialects import Database, dialect_for
from ..dialects.guard import Sent
from ..interrupts import failures_ignored
from ..surroundings import Surroundings
from .copy_statements import string

# Zeros stay what they are, and what does not fit is an error.
_MODES = {"STRICT_ALL_TABLES", "NO_AUTO_VALUE_ON_ZERO"}
_NO_MODES = {"NO_ZERO_DATE", "NO_ZERO_IN_DATE", "TRADITIONAL"}


class CopySession:
    """The session of a run, used by a copy that is made in it."""

    def __init__(self, connection: Connection, around: Surroundings) -> None:
        self.connection = connection
        self.around = around

    @property
    def database(self) -> Database:
        """What kind of database it is."""
        return dialect_for(self.connection.engine.url, self.connection.dialect)

    def send(self, statement: str, values: Sequence[Any] | None = None) -> tuple[Any, ...]:
        """Execute a statement, and return its rows."""
        cursor = self._raw.cursor()
        try:
            cursor.execute(statement, values)
            return tuple(cursor.fetchall()) if cursor.description else ()
        finally:
            cursor.close()

    def _do(self, statement: str) -> None:
        self.send(statement)

    def patiently(self, statement: str) -> None:
        """What needs the table for a moment steps aside for those who use it."""
        limits = self.around.limits
        if not limits.lock_seconds:
            self.send(statement)
            return
        guard = self.database.lock_limit(self.connection, limits)
        guard.statement(Sent(None, statement, None, None), partial(self._do, statement))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction, which is rolled back if something fails."""
        try:
            yield
        except BaseException:
            with failures_ignored():  # the connection may be lost
                self._raw.rollback()
            raise
        self._raw.commit()

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """Foreign keys are taken at their word."""
        before = self.send("SELECT @@SESSION.foreign_key_checks")[0][0]
        self.send("SET SESSION foreign_key_checks = 0")
        try:
            yield
        finally:
            with failures_ignored():  # a lost connection takes its settings along
                self.send(f"SET SESSION foreign_key_checks = {before}")

    @contextmanager
    def strict(self) -> Iterator[None]:
        """Rows that are not there are not locked, and what does not fit is an error."""
        dialect, raw = self.connection.dialect, self._raw
        level = dialect.get_isolation_level(raw)
        mode = str(self.send("SELECT @@SESSION.sql_mode")[0][0])
        modes = ({*mode.split(",")} - _NO_MODES - {""}) | _MODES
        replicates_statements = self.send("SELECT @@log_bin AND @@binlog_format = 'STATEMENT'")
        if not replicates_statements[0][0]:
            dialect.set_isolation_level(raw, "READ COMMITTED")
        self.send(f"SET SESSION sql_mode = {string(','.join(sorted(modes)))}")
        try:
            yield
        finally:
            with failures_ignored():  # a lost connection takes its settings along
                self.send(f"SET SESSION sql_mode = {string(mode)}")
                dialect.set_isolation_level(raw, level)

    @property
    def _raw(self) -> Any:
        return self.connection.connection.dbapi_connection
