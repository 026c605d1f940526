"""What rows get in a NOT NULL column that comes back, and whether that will do for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Column

from .compare.text import names_in
from .literals import Value, neutral
from .parents import Parents, like
from .row_queries import unique_columns


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
