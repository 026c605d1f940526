"""A table copied in batches, while triggers write to the copy what others write to the table.

At the end the copy takes the table's place by one RENAME. Until then the table is as it was, and a
copy that was cut off is removed by the next run, which begins another one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

from sqlalchemy import Column, Computed, String, Table, select
from sqlalchemy.dialects.mysql import insert

from ..dialects import Database, dialect_for
from ..dialects.guard import Sent
from ..errors import BackfillRefused, OnlineToolFailed
from ..interrupts import failures_ignored
from ..journal.pieces import Key, Piece
from ..operations import BackfillOp
from ..operations.batch_run import Backfill
from ..operations.batches import Batches, key_of, table_in
from .copies import FOREIGN_KEY, REFERRED_TO, TableCopy
from .copy_keys import ForeignKey, Place, altered, keys_of, keys_to
from .copy_statements import EVENTS, CopyStatements, quoted, string

_BATCH_SECONDS = 0.05
"""As long as whoever writes to a row of the batch waits."""
_LONGEST_NAME = 64
_CONVERTS = re.compile(r"CONVERT\b", re.IGNORECASE)
_KEYS = re.compile(r"\b(PRIMARY\s+KEY|UNIQUE|PARTITION)\b", re.IGNORECASE)
# Zeros stay what they are, and what does not fit is an error.
_MODES = {"STRICT_ALL_TABLES", "NO_AUTO_VALUE_ON_ZERO"}
_NO_MODES = {"NO_ZERO_DATE", "NO_ZERO_IN_DATE", "TRADITIONAL"}
_COUNTER = re.compile(r"^\).*\bAUTO_INCREMENT=(\d+)", re.MULTILINE)
_MAY_NOT_MAKE_TRIGGERS = """
    SELECT @@log_bin AND NOT @@log_bin_trust_function_creators AND NOT EXISTS (
        SELECT 1 FROM information_schema.user_privileges
        WHERE privilege_type = 'SUPER'
          AND grantee = concat(
            '''', substring_index(current_user(), '@', 1), '''@''',
            substring_index(current_user(), '@', -1), '''')
    )
"""


@dataclass(frozen=True)
class _CopiedRows(Batches):
    """Stretches of the table, each inserted into the copy unless a trigger was faster."""

    copy: Table
    columns: tuple[Column[Any], ...]

    copies: ClassVar[bool] = True

    def change(self, after: Key, until: Key) -> int:
        rows = select(*self.columns).where(*self._between(after, until))
        # Whoever holds a row is not waited for: two that wait for each other would be one too many.
        rows = rows.suffix_with(self.database.shares_rows_at_once)
        copied = insert(self.copy).from_select([column.name for column in self.columns], rows)
        first = self.copy.c[self.key[0].name]
        return int(
            self.connection.execute(copied.on_duplicate_key_update({first.name: first})).rowcount
        )


class OwnCopy(TableCopy):
    """The copy that we make ourselves, with nothing to install."""

    maker: ClassVar[str] = "godwit"
    in_words: ClassVar[str] = "a copy that takes its place"
    copes_with = (FOREIGN_KEY, REFERRED_TO)

    def why_not_this(self) -> str:
        if _KEYS.search(self.alter) or re.match(r"CHANGE\b", self.alter, re.IGNORECASE):
            return "the statement changes a key, a name or partitions"
        if self.asked(_MAY_NOT_MAKE_TRIGGERS):
            return "triggers need the privilege SUPER, or log_bin_trust_function_creators = 1"
        if why_not := self._why_not_with(self._own_keys(), self._keys_to_it()):
            return why_not
        try:
            key_of(self.connection, self._table)
        except BackfillRefused as error:
            return str(error)
        if any(self._is_changed(column) for column in self._keys) and not self.keeps_values():
            return "values of the key might change"
        return ""

    def run(self) -> None:
        self.clean()
        try:
            with self._session():
                self._make()
                self._fill()
                self._compare()
                self._turn_keys()
                self._take_its_place()
        except BaseException:
            with failures_ignored():  # it may be the connection that was lost: the next run cleans
                self.clean()
            raise
        self.clean()

    def clean(self) -> None:
        """The order matters: what refers to the copy needs the triggers that write to it, and the
        old table's keys have the names that those of the copy are to have.
        """
        tables = self._left("table_name", "tables", "table_schema", (self._new, self._old))
        if tables:
            self._turn_keys_back()
        for name in self._left("trigger_name", "triggers", "trigger_schema", self._triggers):
            self._patiently(f"DROP TRIGGER IF EXISTS {self._named(name)}")
        for name in tables:
            self._patiently(f"DROP TABLE IF EXISTS {self._named(name)}")
        if self._left("table_name", "tables", "table_schema", (self.table,)):
            self._name_own_keys()

    def _why_not_with(self, own: list[ForeignKey], others: list[ForeignKey]) -> str:
        if any(key.is_too_long for key in (*own, *others)):
            return "a foreign key has too long a name"
        if any(key.follows for key in own):
            return "its rows go with those that they refer to, which sets off no trigger"
        names = {name for key in own for name in key.columns}
        names |= {name for key in others for name in key.referred_columns}
        if any(column.name in names and self._is_changed(column) for column in self._table.columns):
            return "the statement changes a column of a foreign key"
        return ""

    def _own_keys(self) -> list[ForeignKey]:
        return keys_of(self._send, self._place)

    def _keys_to_it(self) -> list[ForeignKey]:
        return keys_to(self._send, self._place)

    def _turn_keys_back(self) -> None:
        """Those of other tables refer to the table that is there, and are called as they were."""
        copy = (self.schema, self._new)
        self._alter_keys(
            (key.place, key.restored(self._place))
            for key in keys_to(self._send, self._place, copy)
            if key.is_for_now and key.place not in (self._place, copy)
        )

    def _name_own_keys(self) -> None:
        """Those of a copy that took the table's place are called as they were."""
        self._alter_keys((k.place, k.restored()) for k in self._own_keys() if k.is_for_now)

    def _alter_keys(self, clauses: Iterable[tuple[Place, str]]) -> None:
        statements = altered(clauses)
        if statements:
            with self._unchecked():
                for statement in statements:
                    self._patiently(statement)

    def _left(self, column: str, view: str, schema: str, names: tuple[str, ...]) -> list[str]:
        values = ", ".join(string(name) for name in names)
        found = self._send(
            f"SELECT {column} FROM information_schema.{view}"
            f" WHERE {schema} = {string(self.schema)} AND {column} IN ({values})"
        )
        return [str(row[0]) for row in found]

    # The steps of a copy.

    def _make(self) -> None:
        """An empty table as the statement wants it, and the triggers that write to it."""
        self._send(f"CREATE TABLE {self._named(self._new)} LIKE {self._named(self.table)}")
        self._send(f"ALTER TABLE {self._named(self._new)} {self.alter}")
        created = self._send(f"SHOW CREATE TABLE {self._named(self.table)}")[0][1]
        if counter := _COUNTER.search(str(created)):
            self._send(f"ALTER TABLE {self._named(self._new)} AUTO_INCREMENT = {counter[1]}")
        for key in self._own_keys():
            if key.referred != self._place:  # else what it refers to might not be copied yet
                self._patiently(f"ALTER TABLE {self._named(self._new)} {key.added_for_now()}")
        for event, name in zip(EVENTS, self._triggers, strict=True):
            self._patiently(
                f"CREATE TRIGGER {self._named(name)} AFTER {event.upper()}"
                f" ON {self._named(self.table)} FOR EACH ROW {self._texts.trigger(event)}"
            )

    def _fill(self) -> None:
        """What the rows refer to is there, as they are: it is neither looked at nor locked."""
        key = key_of(self.connection, self._table)
        rows = _CopiedRows(
            self.connection, self._database, self._table, key, {}, None, self._copy, self._columns
        )
        operation = BackfillOp(
            self.table, {}, schema=self.schema, check=False, seconds=_BATCH_SECONDS
        )
        with self._unchecked():
            Backfill(operation, rows, Piece(), self._transaction, self.around).run()

    def _compare(self) -> None:
        """Both hold the same rows, seen in one moment."""
        same = self._texts.same(values=self.keeps_values())
        one, other = self._named(self.table), self._named(self._new)
        for left, right, words in ((one, other, "too few"), (other, one, "too many")):
            query = f"SELECT count(*) FROM {left} a WHERE NOT EXISTS"
            with self._transaction():
                count = self._send(f"{query} (SELECT 1 FROM {right} b WHERE {same})")[0][0]
            if count:
                raise OnlineToolFailed(
                    f"The copy of {self.table} has {count} rows {words}; the table is as it was.",
                    hint="Look for rows that become the same for a unique key.\n"
                    "flask db upgrade    tries it again",
                )

    def _turn_keys(self) -> None:
        """What refers to the table refers to the copy, which has the same rows."""
        copy = (self.schema, self._new)
        keys = self._keys_to_it()
        own = [key for key in keys if key.place == self._place]
        self._alter_keys((copy, key.added_for_now(copy)) for key in own)
        self._alter_keys((key.place, key.turned(copy)) for key in keys if key not in own)

    def _take_its_place(self) -> None:
        self._send(f"ANALYZE TABLE {self._named(self._new)}")
        table, old, new = map(self._named, (self.table, self._old, self._new))
        self._patiently(f"RENAME TABLE {table} TO {old}, {new} TO {table}")

    # What it is made of.

    @cached_property
    def _table(self) -> Table:
        return table_in(self.connection, self.table, self.schema)

    @cached_property
    def _copy(self) -> Table:
        return table_in(self.connection, self._new, self.schema)

    @property
    def _texts(self) -> CopyStatements:
        table, copy = self._named(self.table), self._named(self._new)
        return CopyStatements(table, copy, self._columns, self._keys)

    @property
    def _keys(self) -> tuple[Column[Any], ...]:
        return tuple(self._table.primary_key.columns)

    def _is_changed(self, column: Column[Any]) -> bool:
        if _CONVERTS.match(self.alter):
            return isinstance(column.type, String)
        return column.name.lower() == self.changed_column.lower()

    @property
    def _columns(self) -> tuple[Column[Any], ...]:
        """What both tables have, and what can be written."""
        return tuple(
            column
            for column in self._table.columns
            if column.name in self._copy.c
            and not (_is_computed(column) or _is_computed(self._copy.c[column.name]))
        )

    @property
    def _place(self) -> Place:
        return self.schema, self.table

    @property
    def _new(self) -> str:
        return _short(f"_{self.table}_godwit_new")

    @property
    def _old(self) -> str:
        return _short(f"_{self.table}_godwit_old")

    @property
    def _triggers(self) -> tuple[str, ...]:
        return tuple(_short(f"godwit_copy_{event}_{self.table}") for event in EVENTS)

    @property
    def _database(self) -> Database:
        return dialect_for(self.connection.engine.url, self.connection.dialect)

    def _named(self, name: str) -> str:
        return f"{quoted(self.schema)}.{quoted(name)}"

    # How statements are sent: past the guards, in the midst of the one that they are for.

    def _send(self, statement: str) -> tuple[Any, ...]:
        cursor = self._raw.cursor()
        try:
            cursor.execute(statement)
            return tuple(cursor.fetchall()) if cursor.description else ()
        finally:
            cursor.close()

    def _do(self, statement: str) -> None:
        self._send(statement)

    def _patiently(self, statement: str) -> None:
        """What needs the table for a moment steps aside for those who use it."""
        limits = self.around.limits
        if not limits.lock_seconds:
            self._send(statement)
            return
        guard = self._database.lock_limit(self.connection, limits)
        guard.statement(Sent(None, statement, None, None), partial(self._do, statement))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with failures_ignored():  # the connection may be lost
                self._raw.rollback()
            raise
        self._raw.commit()

    @contextmanager
    def _unchecked(self) -> Iterator[None]:
        before = self._send("SELECT @@SESSION.foreign_key_checks")[0][0]
        self._send("SET SESSION foreign_key_checks = 0")
        try:
            yield
        finally:
            with failures_ignored():  # a lost connection takes its settings along
                self._send(f"SET SESSION foreign_key_checks = {before}")

    @contextmanager
    def _session(self) -> Iterator[None]:
        """Rows that are not there are not locked, and what does not fit is an error."""
        dialect, raw = self.connection.dialect, self._raw
        level = dialect.get_isolation_level(raw)
        mode = str(self._send("SELECT @@SESSION.sql_mode")[0][0])
        modes = ({*mode.split(",")} - _NO_MODES - {""}) | _MODES
        replicates_statements = self._send("SELECT @@log_bin AND @@binlog_format = 'STATEMENT'")
        if not replicates_statements[0][0]:
            dialect.set_isolation_level(raw, "READ COMMITTED")
        self._send(f"SET SESSION sql_mode = {string(','.join(sorted(modes)))}")
        try:
            yield
        finally:
            with failures_ignored():  # a lost connection takes its settings along
                self._send(f"SET SESSION sql_mode = {string(mode)}")
                dialect.set_isolation_level(raw, level)

    @property
    def _raw(self) -> Any:
        return self.connection.connection.dbapi_connection


def _is_computed(column: Column[Any]) -> bool:
    return isinstance(column.server_default, Computed)


def _short(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
