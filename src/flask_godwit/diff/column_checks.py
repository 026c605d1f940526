"""CHECKs that a model puts into a column: Alembic forgets them when it writes the column."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import CheckConstraint, Column


def checks_of(column: Column[Any]) -> list[CheckConstraint]:
    """The checks that stand in a column, but those that its type makes by itself."""
    return [c for c in column.constraints if isinstance(c, CheckConstraint)]


def without_checks(column: Column[Any]) -> Column[Any]:
    """The same column, in no table."""
    copy = column._copy()
    copy.constraints.clear()
    return copy


def written(column: Column[Any], context: AutogenContext) -> str | bool:
    """A column with its checks; False where it has none."""
    checks = [render._render_check_constraint(c, context, None) for c in checks_of(column)]
    said = ", ".join(check for check in checks if check)
    if not said:
        return False
    kind = render._repr_type(column.type, context)
    before, found, after = render._render_column(without_checks(column), context).partition(kind)
    return f"{before}{found}, {said}{after}"
