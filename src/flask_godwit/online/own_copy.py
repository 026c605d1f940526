"""A table copied in batches, while triggers write to the copy what others write to the table.

At the end the copy takes the table's place by one RENAME. Until then the table is as it was, and a
copy that was cut off is removed by the next run, which begins another one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import Column, Computed, String, Table, select
from sqlalchemy.dialects.mysql import insert

from ..errors import BackfillRefused, OnlineToolFailed
from ..frozen import frozen
from ..interrupts import failures_ignored
from ..journal.pieces import Key, Piece
from ..operations import BackfillOp
from ..operations.batch_run import Backfill
from ..operations.batches import Batches, key_of, table_in
from .copies import FOREIGN_KEY, REFERRED_TO, TableCopy
from .copy_keys import ForeignKey, Place, altered, keys_of, keys_to
from .copy_session import CopySession
from .copy_statements import EVENTS, CopyStatements, quoted, string

_BATCH_SECONDS = 0.05
"""As long as whoever writes to a row of the batch waits."""
_LONGEST_NAME = 64
_CONVERTS = re.compile(r"CONVERT\b", re.IGNORECASE)
_KEYS = re.compile(r"\b(PRIMARY\s+KEY|UNIQUE|PARTITION)\b", re.IGNORECASE)
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


@frozen
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
            return str(error).rstrip(".")  # it is said in a sentence
        if any(self._is_changed(column) for column in self._keys) and not self.keeps_values():
            return "values of the key might change"
        return ""

    def run(self) -> None:
        self.clean()
        try:
            with self._session.strict():
                self._make()
                self._fill()
                self._catch_up()
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
            self._session.patiently(f"DROP TRIGGER IF EXISTS {self._named(name)}")
        for name in tables:
            self._session.patiently(f"DROP TABLE IF EXISTS {self._named(name)}")
        if self._left("table_name", "tables", "table_schema", (self.table,)):
            self._name_own_keys()

    def _why_not_with(self, own: list[ForeignKey], others: list[ForeignKey]) -> str:
        if any(key.is_too_long for key in (*own, *others)):
            return "a foreign key has too long a name"
        if any(key.follows and key.referred == self._place for key in own):
            return "its rows go with others of its own, which sets off no trigger"
        if any(key.changes for key in own) and not self.keeps_values():
            return "its rows change with those that they refer to, which sets off no trigger"
        names = {name for key in own for name in key.columns}
        names |= {name for key in others for name in key.referred_columns}
        if any(column.name in names and self._is_changed(column) for column in self._table.columns):
            return "the statement changes a column of a foreign key"
        return self._why_the_server_cannot(own, others)

    def _why_the_server_cannot(self, own: list[ForeignKey], others: list[ForeignKey]) -> str:
        if self._session.database.name == "MySQL":
            # Since 9.6 REPLACE keeps what refers to a row, but deletes the row for a trigger: that
            # of the copy would take along what refers to the copy by then.
            if not any(key.follows for key in others):
                return ""
            keeps = self._session.send("SHOW VARIABLES LIKE 'innodb_native_foreign_keys'")
            goes = [row[1] for row in keeps] == ["OFF"]
            return "rows of other tables go with its rows" if goes else ""
        follows = any(key.follows for key in own)
        tables = {self._place, *(key.place for key in others)} if others or follows else set()
        if any(map(self._has_virtual_columns, tables)):
            # MariaDB 10.11 has ended there, on an assertion of its own about locks.
            return "foreign keys of tables with virtual columns are not changed under load"
        return ""

    def _has_virtual_columns(self, place: Place) -> bool:
        schema, table = map(string, place)
        return bool(
            self._session.send(
                "SELECT count(*) FROM information_schema.columns WHERE extra LIKE '%VIRTUAL%'"
                f" AND table_schema = {schema} AND table_name = {table}"
            )[0][0]
        )

    def _own_keys(self) -> list[ForeignKey]:
        return keys_of(self._session.send, self._place)

    def _keys_to_it(self) -> list[ForeignKey]:
        return keys_to(self._session.send, self._place)

    def _turn_keys_back(self) -> None:
        """Those of other tables refer to the table that is there, and are called as they were."""
        copy = (self.schema, self._new)
        self._alter_keys(
            (key.place, key.restored(self._place))
            for key in keys_to(self._session.send, self._place, copy)
            if key.is_for_now and key.place not in (self._place, copy)
        )

    def _name_own_keys(self) -> None:
        """Those of a copy that took the table's place are called as they were."""
        self._alter_keys((k.place, k.restored()) for k in self._own_keys() if k.is_for_now)

    def _alter_keys(self, clauses: Iterable[tuple[Place, str]]) -> None:
        statements = altered(clauses)
        if statements:
            with self._session.unchecked():
                for statement in statements:
                    self._session.patiently(statement)

    def _left(self, column: str, view: str, schema: str, names: tuple[str, ...]) -> list[str]:
        values = ", ".join(string(name) for name in names)
        found = self._session.send(
            f"SELECT {column} FROM information_schema.{view}"
            f" WHERE {schema} = {string(self.schema)} AND {column} IN ({values})"
        )
        return [str(row[0]) for row in found]

    # The steps of a copy.

    def _make(self) -> None:
        """An empty table as the statement wants it, and the triggers that write to it."""
        session, new = self._session, self._named(self._new)
        session.send(f"CREATE TABLE {new} LIKE {self._named(self.table)}")
        session.send(f"ALTER TABLE {new} {self.alter}")
        created = session.send(f"SHOW CREATE TABLE {self._named(self.table)}")[0][1]
        if counter := _COUNTER.search(str(created)):
            session.send(f"ALTER TABLE {new} AUTO_INCREMENT = {counter[1]}")
        for key in self._own_keys():
            if key.referred != self._place:  # else what it refers to might not be copied yet
                session.patiently(f"ALTER TABLE {new} {key.added_for_now()}")
        for event, name in zip(EVENTS, self._triggers, strict=True):
            session.patiently(
                f"CREATE TRIGGER {self._named(name)} AFTER {event.upper()}"
                f" ON {self._named(self.table)} FOR EACH ROW {self._texts.trigger(event)}"
            )

    def _fill(self) -> None:
        """What the rows refer to is there, as they are: it is neither looked at nor locked."""
        session, table = self._session, self._table
        key = key_of(self.connection, table)
        rows = _CopiedRows(
            self.connection, session.database, table, key, {}, None, self._copy, self._columns
        )
        operation = BackfillOp(
            self.table, {}, schema=self.schema, check=False, seconds=_BATCH_SECONDS
        )
        with session.unchecked():
            Backfill(operation, rows, Piece(), session.transaction, self.around).run()

    def _catch_up(self) -> None:
        """What a foreign key changes sets off no trigger. It changes the copy as well, which has
        the same one; but a row may have been copied when it had done so and not yet changed the
        table.
        """
        if not any(key.follows for key in self._own_keys()):
            return
        session, texts = self._session, self._texts
        with session.transaction():
            strays = session.send(texts.strays(values=self.keeps_values()))
        with session.unchecked():
            for stray in strays:
                with session.transaction():
                    session.send(texts.removed, (*stray, *stray))
                    session.send(texts.copied_again, stray)

    def _compare(self) -> None:
        """Both hold the same rows, seen in one moment."""
        same = self._texts.same(values=self.keeps_values())
        one, other = self._named(self.table), self._named(self._new)
        for left, right, words in ((one, other, "too few"), (other, one, "too many")):
            query = f"SELECT count(*) FROM {left} a WHERE NOT EXISTS"
            with self._session.transaction():
                count = self._session.send(f"{query} (SELECT 1 FROM {right} b WHERE {same})")[0][0]
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
        table, old, new = map(self._named, (self.table, self._old, self._new))
        self._session.send(f"ANALYZE TABLE {new}")
        self._session.patiently(f"RENAME TABLE {table} TO {old}, {new} TO {table}")

    # What it is made of.

    @cached_property
    def _session(self) -> CopySession:
        return CopySession(self.connection, self.around)

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

    def _named(self, name: str) -> str:
        return f"{quoted(self.schema)}.{quoted(name)}"


def _is_computed(column: Column[Any]) -> bool:
    return isinstance(column.server_default, Computed)


def _short(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
