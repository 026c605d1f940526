"""The comment of a table, where its model says it as an option for one database."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import Table

from .sides import sides_of


def compare_comment(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    name: str,
    found: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    """Compare ``mysql_comment="…"``, of which Alembic knows nothing, as the table's comment."""
    if found is None or wanted is None or wanted.comment is not None:
        return PriorityDispatchResult.CONTINUE
    comment = sides_of(context).database.comment(wanted)
    if comment is None:
        return PriorityDispatchResult.CONTINUE
    there = found.comment or None
    if comment and comment != there:
        op = ops.CreateTableCommentOp(name, comment, schema=schema, existing_comment=there)
        modify.ops.append(op)
    elif there and not comment:
        modify.ops.append(ops.DropTableCommentOp(name, schema=schema, existing_comment=there))
    return PriorityDispatchResult.STOP
