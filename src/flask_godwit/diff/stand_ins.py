"""What rows get in a NOT NULL column that comes back, and whether that will do for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Column, Enum, String, Table

from .compare.text import names_in
from .literals import Value, neutral
from .names import Key
from .parents import Parents, like
from .row_queries import unique_columns
from .rows import Rows


@dataclass
class KeyNow:
    """What tells the rows of a table apart while a downgrade brings columns back.

    :param table: the table's new key.
    """

    rows: Rows
    models: Callable[[Key, str], Column[Any] | None]
    table: Key
    before: list[str] = field(init=False)
    """The columns of the primary key that comes back, by their new names."""

    def __post_init__(self) -> None:
        schema, name = self.rows.renames.old_key(self.table)
        found = self.rows.inspector.get_pk_constraint(name, schema)["constrained_columns"]
        self.before = [self.rows.renames.new_column(self.table, each) for each in found]

    def single(self) -> Column[Any] | None:
        """The one column of a primary key that stays, or of the one that goes later."""
        if len(self.before) == 1:
            column = self.models(self.table, self.before[0])
            if column is not None and column.primary_key:
                return column
        now = self._columns()
        return now[0] if len(now) == 1 else None

    def besides(self, name: str) -> list[Column[Any]]:
        """What the new key has more than the rest of the old one."""
        rest = {*self.before} - {name}
        return [column for column in self._columns() if column.name not in rest]

    def _columns(self) -> list[Column[Any]]:
        """The columns of the primary key of the models."""
        model = self._model()
        return [] if model is None else list(model.primary_key.columns)

    def _model(self) -> Table | None:
        renames = self.rows.renames
        schema, name = renames.old_key(self.table)
        for each in self.rows.inspector.get_columns(name, schema):
            column = self.models(self.table, renames.new_column(self.table, each["name"]))
            if column is not None:
                return column.table
        return None


def stand_in(
    column: Column[Any],
    around: Sequence[ops.MigrateOperation],
    key: Column[Any] | None,
    parents: Parents,
) -> tuple[Value | None, str]:
    """The value, None where no value is needed or known; and why it may not do, "" if it will.

    :param around: all that is done to the table.
    :param key: the one column of the table's primary key, where it has that.
    """
    dialect = parents.dialect
    value = neutral(column, dialect, parents.database)
    reasons, keys = list(_reasons(column.name, around)), list(_keys(column.name, around))
    apart = like(key, column.type, dialect) if key is not None else None
    if reasons == [_UNIQUE] and not keys and value is not None and apart is not None:
        return Value(apart, constant=False), ""
    referring = parents.value(column, keys[0], apart) if len(keys) == 1 else None
    if referring is not None:
        return referring, " and ".join(reasons)
    return value, " and ".join(
        [*reasons, *(f"it refers to {each.referent_table}" for each in keys)]
    )


_UNIQUE = "it is unique"
_IN_KEY = "it is in the primary key"


def in_key(
    column: Column[Any], around: Sequence[ops.MigrateOperation], key: KeyNow, parents: Parents
) -> tuple[Value | None, str]:
    """The same for a column of the primary key that comes back: another value in each row.

    Where the rest of that key tells rows apart already, any value will do.
    """
    value = neutral(column, parents.dialect, parents.database)
    others, refers = key.besides(column.name), list(_keys(column.name, around))
    any_will_do = not others and key.before != [column.name]
    if len(refers) == 1:
        row = parents.value(column, refers[0], None)
        return row or value, "" if row and any_will_do else _IN_KEY
    if value is None or refers:
        return value, _IN_KEY
    if any_will_do:
        return value, ""
    other = others[0] if len(others) == 1 else None
    if other is None or other.name == column.name:
        return value, _IN_KEY
    apart = like(other, column.type, parents.dialect)
    if apart is not None:
        return Value(apart, constant=False), " and ".join(_reasons(column.name, around))
    short = like(other, _any_length(column.type), parents.dialect)
    return (Value(short, constant=False) if short else value), _IN_KEY


def _any_length(kind: Any) -> Any:
    """A text as long as need be: where numbers are few, they fit into a short one, too."""
    return String() if isinstance(kind, String) and not isinstance(kind, Enum) else kind


def _reasons(name: str, around: Sequence[ops.MigrateOperation]) -> Iterator[str]:
    if any(name in unique_columns(step) for step in around):
        yield _UNIQUE
    for step in around:
        if isinstance(step, ops.CreateCheckConstraintOp):
            if name in names_in(str(step.condition)):
                yield f"{step.constraint_name or 'a CHECK'} is about it"
        elif isinstance(step, ops.AddColumnOp) and step.column.name == name:
            checks = [c for c in step.column.constraints if isinstance(c, CheckConstraint)]
            yield from ("a CHECK is about it" for _ in checks[:1])


def _keys(name: str, around: Sequence[ops.MigrateOperation]) -> Iterator[ops.CreateForeignKeyOp]:
    for step in around:
        if isinstance(step, ops.CreateForeignKeyOp) and name in step.local_cols:
            yield step
