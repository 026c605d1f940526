"""Which rows a change of the schema would refuse, as conditions and queries in SQLAlchemy.

Before a script is written they are asked by the names that models have, and before it runs by
those of its operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import (
    Numeric,
    and_,
    exists,
    func,
    not_,
    select,
    text,
    true,
)
from sqlalchemy.sql.elements import ColumnClause, TextClause


def orphaned(local: Sequence[Any], parent: Any, remote: Sequence[Any]) -> Any:
    """The condition of rows that refer to nothing; both tables are aliases."""
    pairs = zip(local, remote, strict=True)
    match = exists(
        select(text("1")).select_from(parent).where(and_(*(left == right for left, right in pairs)))
    )
    return and_(*(left.is_not(None) for left in local), ~match)


def duplicates(source: Any, columns: Sequence[Any], where: Any) -> Any:
    """Counts the rows that have the same values as an earlier one.

    :param where: which rows count.
    """
    groups = select((func.count() - 1).label("more")).select_from(source).where(where)
    repeated = groups.group_by(*columns).having(func.count() > 1).subquery()
    return select(func.sum(repeated.c.more))


def compared(step: Any, columns: Sequence[Any]) -> Any:
    """The condition of rows that a new unique key compares: NULL is mostly like no other NULL."""
    is_alike = step.kw.get("postgresql_nulls_not_distinct", False)
    return true() if is_alike else filled(columns)


def filled(columns: Sequence[Any]) -> Any:
    """The condition of rows whose values count as values of a unique key."""
    return and_(*(column.is_not(None) for column in columns))


def violating(condition: Any) -> Any:
    """The condition of rows that a CHECK refuses."""
    if isinstance(condition, str):
        condition = text(condition)
    # SQLAlchemy can't negate a text.
    is_text = isinstance(condition, TextClause)
    return text(f"NOT ({condition.text})") if is_text else not_(condition)


def unique_columns(step: ops.MigrateOperation) -> Iterator[str]:
    """The columns that must be unique from now on."""
    is_index = isinstance(step, ops.CreateIndexOp) and step.unique and not _is_special(step)
    if isinstance(step, ops.CreateUniqueConstraintOp) or is_index:
        columns: Sequence[Any] = getattr(step, "columns", ())
        yield from (str(getattr(item, "name", item)) for item in columns)


def _is_special(step: ops.CreateIndexOp) -> bool:
    """An index on expressions, or on some rows only."""
    partial = any(name.endswith("_where") for name in step.kw)
    return partial or not all(isinstance(item, (str, ColumnClause)) for item in step.columns)


def is_exact(kind: Any) -> bool:
    """Whether a type has a fixed number of digits."""
    return isinstance(kind, Numeric) and kind.asdecimal and kind.precision is not None
