"""Unique constraints whose columns stand in another order: Alembic compares them as a set."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.sql.elements import conv

from .names import final_name


def compare_order(
    context: AutogenContext, modify: ops.ModifyTableOps, found: Table, table: Table
) -> None:
    """Make a constraint anew: in another order it answers other queries."""
    assert context.dialect is not None
    seen = {
        op.constraint_name
        for op in modify.ops
        if isinstance(op, ops.DropConstraintOp | ops.CreateUniqueConstraintOp)
    }
    reflected = {
        str(name): columns
        for each in context.inspector.get_unique_constraints(found.name, schema=found.schema)
        if (name := each["name"]) is not None and (columns := list(each["column_names"]))
    }
    for constraint in sorted(_uniques(table), key=lambda c: str(c.name)):
        name = final_name(context.dialect, constraint)
        before, after = reflected.get(name or "", []), [c.name for c in constraint.columns]
        if name in seen or before == after or sorted(before) != sorted(after):
            continue
        kind: Any = "unique_constraint"
        if not context.run_object_filters(constraint, name, kind, False, None):
            continue
        create = ops.CreateUniqueConstraintOp.from_constraint(constraint)
        reverse = ops.CreateUniqueConstraintOp(
            conv(name or ""), table.name, before, schema=modify.schema, **create.kw
        )
        drop = ops.DropConstraintOp(
            conv(name or ""), table.name, type_="unique", schema=modify.schema, _reverse=reverse
        )
        modify.ops += [drop, create]


def _uniques(table: Table) -> list[UniqueConstraint]:
    return [c for c in table.constraints if isinstance(c, UniqueConstraint) and c.name]
