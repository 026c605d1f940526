"""Unique constraints without a name, as only SQLite keeps them: Alembic overlooks them."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint


def compare_nameless(
    context: AutogenContext, modify: ops.ModifyTableOps, found: Table, table: Table
) -> None:
    """Drop those that no model has any more, or that get a name.

    Before everything else, and so they come back when their columns have.
    """
    uniques = [c for c in found.constraints if isinstance(c, UniqueConstraint)]
    # Alembic has put each into the table a second time.
    nameless = {_columns(c): c for c in uniques if c.name is None}
    if not nameless:
        return
    named = {
        tuple(getattr(column, "name", column) for column in op.columns)
        for op in modify.ops
        if isinstance(op, ops.CreateUniqueConstraintOp)
    }
    wanted = {_columns(c) for c in table.constraints if isinstance(c, UniqueConstraint)}
    for columns, constraint in sorted(nameless.items()):
        if columns in wanted and columns not in named:
            continue
        kind: Any = "unique_constraint"
        if context.run_object_filters(constraint, None, kind, True, None):
            modify.ops.insert(0, ops.DropConstraintOp.from_constraint(constraint))


def _columns(constraint: UniqueConstraint) -> tuple[str, ...]:
    return tuple(column.name for column in constraint.columns)
