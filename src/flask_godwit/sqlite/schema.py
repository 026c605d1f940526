"""What a database of SQLite holds, as it says itself; and statements for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..frozen import frozen
from . import ASIDE
from .orphans import Orphan, orphaned, orphans
from .render import Statement, identifier
from .tokens import SWITCH_OFF, folded, in_schema, literal, quoted, temporary_name


@frozen
class Stored:
    """An object of the schema, with the text that made it ("" for an automatic index)."""

    type: str
    name: str
    table: str
    sql: str


class Schema:
    """The tables of one database, the main one or an attached one.

    Statements go through Alembic's ``impl``, where those that watch a migration see them.
    """

    def __init__(self, impl: Any, name: str | None) -> None:
        self.impl = impl
        self.name = name or "main"
        self.is_main = not name

    @property
    def connection(self) -> Connection:
        connection = self.impl.connection
        assert isinstance(connection, Connection)
        return connection

    @property
    def version(self) -> tuple[int, ...]:
        """The version of SQLite."""
        version = self.impl.dialect.dbapi.sqlite_version_info
        return tuple(int(part) for part in version)

    def execute(self, sql: str) -> None:
        self.impl._exec(Statement(sql))

    def _quietly(self, sql: str) -> None:
        """What changes nothing in the end, and is no part of the migration."""
        self.connection.exec_driver_sql(sql, execution_options={ASIDE: True})

    def read(self, sql: str, *parameters: Any) -> list[Any]:
        return list(self.connection.exec_driver_sql(sql, parameters or None).fetchall())

    def pragma(self, pragma: str, argument: str = "") -> list[Any]:
        """The rows that a pragma gives for a table or an index."""
        called = f"({quoted(argument)})" if argument else ""
        return self.read(f"PRAGMA {quoted(self.name)}.{pragma}{called}")

    def flag(self, pragma: str) -> int:
        """A pragma that is on or off; 0 as well where this SQLite doesn't know it."""
        rows = self.read(f"PRAGMA {pragma}")
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def switched(self, pragma: str, value: int) -> Iterator[None]:
        """A pragma set for a while."""
        before = self.flag(pragma)
        self.execute(f"PRAGMA {pragma} = {value}")
        try:
            yield
        finally:
            self.execute(f"PRAGMA {pragma} = {before}")

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back everything if something fails, whether in a transaction or not.

        Outside of a transaction foreign keys are switched off meanwhile, since dropping a table
        would delete what refers to it; inside of one only the guard of the run can do that.
        """
        enforced = self.flag("foreign_keys")
        if enforced:
            self._quietly(SWITCH_OFF)
        switched = enforced and not self.flag("foreign_keys")
        known = self._orphans() if switched else set()
        try:
            with self._savepoint():
                yield
                if switched and (new := self._orphans() - known):
                    raise orphaned(new)
        finally:
            if enforced:
                self._quietly("PRAGMA foreign_keys = ON")

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self._quietly("SAVEPOINT godwit_rebuild")
        try:
            yield
        except BaseException:
            self._quietly("ROLLBACK TO godwit_rebuild")
            self._quietly("RELEASE godwit_rebuild")
            raise
        self._quietly("RELEASE godwit_rebuild")

    def _orphans(self) -> set[Orphan]:
        return orphans(lambda sql: self.read(sql))

    def table_sql(self, table: str) -> str:
        """The stored text of a table; "" if there is no such table."""
        master = f"{quoted(self.name)}.sqlite_master"
        rows = self.read(
            f"SELECT sql FROM {master} WHERE type = 'table' AND name = ? COLLATE NOCASE", table
        )
        return str(rows[0][0]) if rows else ""

    def stored(self, *types: str) -> list[Stored]:
        """Everything that the schema holds, in the order of its making."""
        return self._stored(f"type IN ({', '.join(map(literal, types))})" if types else "1")

    def of_table(self, table: str) -> list[Stored]:
        """The indexes and triggers of a table that have a text of their own."""
        mine = f"tbl_name = {literal(table)} COLLATE NOCASE"
        return self._stored(f"type IN ('index', 'trigger') AND sql IS NOT NULL AND {mine}")

    def _stored(self, condition: str) -> list[Stored]:
        master = f"{quoted(self.name)}.sqlite_master"
        query = f"SELECT type, name, tbl_name, sql FROM {master} WHERE {condition} ORDER BY rowid"
        return [Stored(type_, name, of, sql or "") for type_, name, of, sql in self.read(query)]

    def drop_leftover(self, table: str) -> None:
        """Remove the half-made table of a run that failed, of a tool that can't take it back."""
        leftover = temporary_name(table)
        if self.table_sql(leftover):
            self.execute(f"DROP TABLE {self.place(leftover)}")

    def columns_of(self, table: str) -> list[Any]:
        return self.pragma("table_xinfo", table)

    def count(self, table: str) -> int:
        return int(self.read(f"SELECT count(*) FROM {self.place(table)}")[0][0])

    def is_empty(self, table: str) -> bool:
        return not self.read(f"SELECT 1 FROM {self.place(table)} LIMIT 1")

    def is_referenced(self, table: str) -> bool:
        """Whether a foreign key refers to the table, also its own."""
        return any(
            folded(row[2]) == folded(table)
            for stored in self.stored("table")
            if "REFERENCES" in stored.sql.upper()
            for row in self.pragma("foreign_key_list", stored.name)
        )

    def counter(self, table: str) -> int | None:
        """The last number that AUTOINCREMENT gave."""
        if not self.table_sql("sqlite_sequence"):
            return None
        rows = self.read(
            f"SELECT seq FROM {quoted(self.name)}.sqlite_sequence WHERE name = ?", table
        )
        return rows[0][0] if rows else None

    def statistics(self, table: str) -> list[Any]:
        """What ANALYZE found out about a table and its indexes."""
        if not self.table_sql("sqlite_stat1"):
            return []
        return self.read(
            f"SELECT tbl, idx, stat FROM {self.place('sqlite_stat1')} WHERE tbl = ?", table
        )

    def restore_statistics(self, statistics: list[Any]) -> None:
        """Write them down again, but for indexes that are gone."""
        indexes = {stored.name for stored in self.stored("index")}
        into = f"INSERT INTO {self.place('sqlite_stat1')} (tbl, idx, stat)"
        for row in statistics:
            if row[1] is None or row[1] in indexes:
                self.execute(f"{into} VALUES ({', '.join(map(literal, row))})")

    def broken_views(self) -> dict[str, str]:
        """The views that can't be read, each with the reason."""
        broken = {}
        for view in self.stored("view"):
            try:
                self.read(f"EXPLAIN SELECT * FROM {self.place(view.name)}")
            except DBAPIError as error:
                broken[view.name] = str(error.orig)
        return broken

    def trouble(self, table: str) -> str:
        """What SQLite says about the first view or trigger that doesn't work; "" if all do.

        It looks through the whole schema when a table is renamed.
        """
        if not self.stored("view", "trigger"):
            return ""
        self._quietly("SAVEPOINT godwit_look")
        try:
            self._quietly(f"ALTER TABLE {self.place(table)} RENAME TO {quoted('_godwit_' + table)}")
        except DBAPIError as error:
            return str(error.orig)
        finally:
            self._quietly("ROLLBACK TO godwit_look")
            self._quietly("RELEASE godwit_look")
        return ""

    def written(self, name: str) -> str:
        """A name as it is written in a statement, quoted where it must be."""
        return identifier(self.impl.dialect, name)

    def place(self, name: str) -> str:
        """The same with the database, if that isn't the main one."""
        written = self.written(name)
        return written if self.is_main else f"{self.written(self.name)}.{written}"

    def again(self, stored: Stored) -> str:
        """The statement that makes an index, trigger or view anew: its text names no database."""
        return stored.sql if self.is_main else in_schema(stored.sql, stored.type, self.name)
