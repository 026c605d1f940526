"""What rows get in a NOT NULL column that comes back, and whether that will do for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Column, Dialect, cast, literal_column, types

from ..dialects.base import Database
from .compare.text import names_in
from .literals import Value, neutral
from .names import quoted
from .row_queries import unique_columns

_DIGITS = 10
"""How long a text must be to hold a number that tells rows apart."""


def stand_in(
    column: Column[Any],
    around: Sequence[ops.MigrateOperation],
    key: Column[Any] | None,
    dialect: Dialect,
    database: Database,
) -> tuple[Value | None, str]:
    """The value, None where no value is needed or known; and why it may not do, "" if it will.

    :param around: all that is done to the table.
    :param key: the one column of the table's primary key, where it has that.
    """
    value = neutral(column, dialect, database)
    reasons = list(_reasons(column.name, around))
    if value is None or reasons != [_UNIQUE] or key is None:
        return value, " and ".join(reasons)
    apart = _like(key, column.type, dialect)
    return (value, _UNIQUE) if apart is None else (Value(apart, constant=False), "")


_UNIQUE = "it is unique"


def _reasons(name: str, around: Sequence[ops.MigrateOperation]) -> Iterator[str]:
    if any(name in unique_columns(step) for step in around):
        yield _UNIQUE
    for step in around:
        if isinstance(step, ops.CreateForeignKeyOp) and name in step.local_cols:
            yield f"it refers to {step.referent_table}"
        elif isinstance(step, ops.CreateCheckConstraintOp):
            if name in names_in(str(step.condition)):
                yield f"{step.constraint_name or 'a CHECK'} is about it"
        elif isinstance(step, ops.AddColumnOp) and step.column.name == name:
            checks = [c for c in step.column.constraints if isinstance(c, CheckConstraint)]
            yield from ("a CHECK is about it" for _ in checks[:1])


def _like(key: Column[Any], kind: Any, dialect: Dialect) -> str | None:
    """The key as a value of another type, where every key is one."""
    name = quoted(dialect, key.name)
    if isinstance(kind, types.Integer):
        return name if isinstance(key.type, types.Integer) else None
    if not isinstance(kind, types.String) or isinstance(kind, types.Enum):
        return None
    if not isinstance(key.type, types.Integer) or 0 < (kind.length or 0) < _DIGITS:
        return None
    text = cast(literal_column(name), types.String(kind.length or _DIGITS * 2))
    return str(text.compile(dialect=dialect)).replace("%%", "%")
