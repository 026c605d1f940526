"""Rows that foreign keys refer to, where a downgrade brings back the keys and not the rows.

A column that comes back refers to the first row of a table that stayed. A table that comes back
is empty, and gets a row for each value that rows of others have: all that is left of its own. So
does one that stayed, where the column comes back that they refer to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    cast,
    literal_column,
    types,
)

from ..dialects.base import Database
from .column_checks import checks_of
from .compare.text import names_in
from .literals import Value, neutral
from .names import Key, quoted, said
from .row_queries import unique_columns
from .steps import Comment, Sql, flat

_DIGITS = 10
"""How long a text must be to hold a number that tells rows apart."""

_ENDLESS = 1 << 32
"""How long a text without a length may be."""


@dataclass
class Parents:
    """The tables that foreign keys of a downgrade refer to."""

    operations: ops.OpContainer
    dialect: Dialect
    database: Database
    there: Callable[[Key], Table] | None = None
    """Reads a table that stays, as it is before the upgrade but with its new names."""
    made: dict[Key, ops.CreateTableOp] = field(default_factory=dict)
    added: set[tuple[Key, str]] = field(default_factory=set)
    """Columns that come back."""
    generated: set[tuple[Key, str]] = field(default_factory=set)
    """Those of them that have their values at once."""
    retyped: dict[tuple[Key, str], tuple[Any, Any]] = field(default_factory=dict)
    """Columns that get their old type back: the one that they have, and that."""

    def __post_init__(self) -> None:
        for step in flat(self.operations):
            if isinstance(step, ops.CreateTableOp):
                self.made[(step.schema, step.table_name)] = step
            elif isinstance(step, ops.AddColumnOp):
                column = (step.schema, step.table_name), step.column.name
                self.added.add(column)
                if step.column.computed is not None:
                    self.generated.add(column)
            elif _is_retyped(step):
                place = (step.schema, step.table_name)
                self.retyped[place, step.column_name] = step.existing_type, step.modify_type

    def value(
        self, column: Column[Any], key: ops.CreateForeignKeyOp, own: str | None
    ) -> Value | None:
        """What rows get in a column that comes back with its foreign key; None if nothing will do.

        :param own: SQL of the row's own key, which a key to the own table may refer to.
        """
        target = _target(key)
        if len(key.local_cols) != 1:
            return None
        if target == (key.kw.get("source_schema"), key.source_table):
            return Value(own, constant=False) if own else None
        if target in self.made:
            if self._rows(key) is None:
                return None
            # A column that counts would take 0 for none.
            is_number = isinstance(column.type, types.Integer)
            return Value("1") if is_number else neutral(column, self.dialect, self.database)
        # What was renamed has its new name until everything else is done.
        (name,) = key.remote_cols
        if (target, name) in self.added:
            return None
        table, first = quoted(self.dialect, *target), quoted(self.dialect, name)
        found = f"(SELECT {first} FROM {table} ORDER BY {first} LIMIT 1)"
        there, then = self.retyped.get((target, name), (column.type, column.type))
        sql = as_another(found, there, then, self.dialect)
        return Value(sql, constant=False) if sql else None

    def bring(self) -> None:
        """Give tables the rows that others refer to, and that are gone, before the keys are there.

        Those of a table that comes back, or of which the column comes back that is referred to.
        """
        filled: set[Key] = set()
        for block in list(self.operations.ops):
            if isinstance(block, ops.ModifyTableOps):
                for key in list(self._needs(block)):
                    place = self._place(block, key)
                    self.operations.ops[place:place] = self._brought(key, filled)

    def _place(self, block: ops.ModifyTableOps, key: ops.CreateForeignKeyOp) -> int:
        """Before the key; but SQLite has it before the table that it refers to is complete."""
        places = [
            number
            for number, each in enumerate(self.operations.ops)
            if isinstance(each, ops.ModifyTableOps)
            and (each.schema, each.table_name) == _target(key)
        ]
        at = self.operations.ops.index(block)
        is_early = not self.dialect.supports_alter and bool(places) and at < places[-1]
        return 1 + places[-1] if is_early else at

    def _needs(self, block: ops.ModifyTableOps) -> Iterator[ops.CreateForeignKeyOp]:
        """The foreign keys that rows have values for, and no rows yet."""
        added = {step.column.name for step in block.ops if isinstance(step, ops.AddColumnOp)}
        if (block.schema, block.table_name) in self.made:
            return
        keys = [step for step in block.ops if isinstance(step, ops.CreateForeignKeyOp)]
        for key in keys:
            if self._is_gone(key) and not added & set(key.local_cols):
                yield key

    def _is_gone(self, key: ops.CreateForeignKeyOp) -> bool:
        """Whether what it refers to had no values until now."""
        target = _target(key)
        if target in self.made:
            return True
        own = target == (key.kw.get("source_schema"), key.source_table)
        gone = self.added - self.generated
        comes_back = any((target, name) in gone for name in key.remote_cols)
        return comes_back and not own and self.there is not None

    def _table(self, key: Key) -> Table:
        """A table as it is after the downgrade."""
        if key in self.made:
            return self.made[key].to_table()
        assert self.there is not None
        return self.there(key)

    def _brought(
        self, key: ops.CreateForeignKeyOp, filled: set[Key]
    ) -> Sequence[ops.MigrateOperation]:
        target = _target(key)
        rows = self._rows(key)
        names = said(target), said((key.kw.get("source_schema"), key.source_table))
        what = "The rows of {}" if target in self.made else "The keys of {}"
        if rows is None:
            words = f"{what} are gone: this fails if {{}} has rows."
            return [Comment(words.format(*names))]
        more = [self._apart(key)] if target in filled or target not in self.made else []
        filled.add(target)
        words = f"{what} are gone: those that {{}} refers to come back, with nothing else."
        return [Comment(words.format(*names)), *self._inserted(key, rows, more)]

    def _inserted(
        self, key: ops.CreateForeignKeyOp, rows: dict[str, str], more: list[str]
    ) -> Iterator[ops.MigrateOperation]:
        local = [quoted(self.dialect, name) for name in key.local_cols]
        source = quoted(self.dialect, key.kw.get("source_schema"), key.source_table)
        target = quoted(self.dialect, *_target(key))
        conditions = " AND ".join([*(f"{name} IS NOT NULL" for name in local), *more])
        columns = ", ".join(quoted(self.dialect, name) for name in rows)
        values = ", ".join(rows.values())
        table = self._table(_target(key))
        counting = [c for c in table.columns if c.name in rows and (c.identity or _counts(c))]
        always = any(column.identity and column.identity.always for column in counting)
        override = " OVERRIDING SYSTEM VALUE" if always else ""
        # DISTINCT would have constants be texts, which PostgreSQL then takes for nothing else.
        only, by = ("DISTINCT ", "") if len(rows) == len(local) else ("", ", ".join(local))
        yield Sql(
            f"INSERT INTO {target} ({columns}){override}"
            f" SELECT {only}{values} FROM {source} WHERE {conditions}"
            + (f" GROUP BY {by}" if by else "")
        )
        for column in counting:
            statement = self.database.count_on(target, quoted(self.dialect, column.name))
            yield from [Sql(statement)] if statement else []

    def _apart(self, key: ops.CreateForeignKeyOp) -> str:
        """The condition of values that are not there yet."""
        target = quoted(self.dialect, *_target(key))
        source = quoted(self.dialect, key.kw.get("source_schema"), key.source_table)
        pairs = zip(key.remote_cols, key.local_cols, strict=True)
        same = " AND ".join(
            f"{target}.{quoted(self.dialect, remote)} = {source}.{quoted(self.dialect, local)}"
            for remote, local in pairs
        )
        return f"NOT EXISTS (SELECT 1 FROM {target} WHERE {same})"

    def _rows(self, key: ops.CreateForeignKeyOp) -> dict[str, str] | None:
        """SQL of what a row of the table that comes back needs, by column; None if nobody knows."""
        target = _target(key)
        table = self._table(target)
        rows = {
            remote: quoted(self.dialect, local)
            for remote, local in zip(key.remote_cols, key.local_cols, strict=True)
        }
        alone = [*_unique(table), *self._unique_indexes(target), *_indexes(table)]
        if self._is_one(key):
            alone = []
        apart = Column(key.local_cols[0], table.columns[key.remote_cols[0]].type)
        for column in table.columns:
            if column.name in rows or column.nullable or _has_value(column):
                continue
            value = neutral(column, self.dialect, self.database)
            text = like(apart, column.type, self.dialect) if {column.name} in alone else None
            if value is None:
                return None
            rows[column.name] = text or value.sql
            if text and len(key.local_cols) == 1:
                alone.remove({column.name})
        same = any(names <= rows.keys() and not names >= {*key.remote_cols} for names in alone)
        return None if same or any(_refuses(each, rows) for each in _conditions(table)) else rows

    def _is_one(self, key: ops.CreateForeignKeyOp) -> bool:
        """Whether all rows have the same value, as in columns that come back."""
        source = (key.kw.get("source_schema"), key.source_table)
        return all((source, name) in self.added for name in key.local_cols)

    def _unique_indexes(self, key: Key) -> Iterator[set[str]]:
        for step in flat(self.operations):
            if isinstance(step, ops.CreateIndexOp) and (step.schema, step.table_name) == key:
                names = set(unique_columns(step))
                yield from [names] if names else []


def like(key: Column[Any], kind: Any, dialect: Dialect) -> str | None:
    """The key as a value of another type, where every key is one."""
    name = quoted(dialect, key.name)
    if isinstance(kind, types.Integer):
        return name if isinstance(key.type, types.Integer) else None
    if not isinstance(kind, types.String) or isinstance(kind, types.Enum):
        return None
    if isinstance(key.type, types.String) and not isinstance(key.type, types.Enum):
        return name if (kind.length or _ENDLESS) >= (key.type.length or _ENDLESS) else None
    if not isinstance(key.type, types.Integer) or 0 < (kind.length or 0) < _DIGITS:
        return None
    text = cast(literal_column(name), types.String(kind.length or _DIGITS * 2))
    return str(text.compile(dialect=dialect)).replace("%%", "%")


def as_another(sql: str, kind: Any, wanted: Any, dialect: Dialect) -> str | None:
    """A value as one of another type, whether or not that was done before; None if nobody can."""
    families = (types.Integer, types.String)
    one, other = (next((f for f in families if isinstance(k, f)), None) for k in (kind, wanted))
    if kind is wanted or (one is other and one is not None):
        return sql
    if one is None or other is None or isinstance(kind, types.Enum):
        return None
    return str(cast(literal_column(sql), wanted).compile(dialect=dialect)).replace("%%", "%")


def _is_retyped(step: ops.MigrateOperation) -> TypeGuard[ops.AlterColumnOp]:
    return isinstance(step, ops.AlterColumnOp) and step.modify_type is not None


def _has_value(column: Column[Any]) -> bool:
    generated = column.server_default is not None or column.computed is not None
    return generated or column.identity is not None or _counts(column)


def _counts(column: Column[Any]) -> bool:
    return column.table._autoincrement_column is column


def _unique(table: Table) -> Iterator[set[str]]:
    for each in table.constraints:
        if isinstance(each, UniqueConstraint | PrimaryKeyConstraint) and each.columns:
            yield {column.name for column in each.columns}


def _indexes(table: Table) -> Iterator[set[str]]:
    for index in table.indexes:
        if index.unique and index.columns:
            yield {column.name for column in index.columns}


def _conditions(table: Table) -> Iterator[CheckConstraint | ForeignKeyConstraint]:
    for each in table.constraints:
        if isinstance(each, CheckConstraint | ForeignKeyConstraint):
            yield each
    for column in table.columns:
        yield from checks_of(column)


def _refuses(condition: CheckConstraint | ForeignKeyConstraint, rows: dict[str, str]) -> bool:
    """Whether a part of a table may not take such rows."""
    if isinstance(condition, ForeignKeyConstraint):
        return not rows.keys().isdisjoint(condition.column_keys)
    words = {name.lower() for name in names_in(str(condition.sqltext))}
    return not words.isdisjoint(name.lower() for name in rows)


def _target(key: ops.CreateForeignKeyOp) -> Key:
    return key.kw.get("referent_schema"), key.referent_table
