"""A table of SQLite that gets AUTOINCREMENT, or loses it, is copied once for that and all the rest.

It stands in the primary key. What the table is to be in the end is said of the batch that changes
it, in the place of batches of their own before and after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from .compare.kinds import COUNTS, TableKind
from .steps import RenameColumn


class KindBlock(ops.ModifyTableOps):
    """``with op.batch_alter_table(…, table_kwargs=…)`` around other operations."""

    after: Mapping[str, bool]


def in_one_copy(operations: ops.OpContainer) -> None:
    """Have neighbouring operations on a table done by one batch."""
    done: list[Any] = []
    for operation in operations.ops:
        if isinstance(operation, ops.OpContainer) and not isinstance(operation, ops.ModifyTableOps):
            in_one_copy(operation)
        if done and _go_together(done[-1], operation):
            done[-1] = _together(done[-1], operation)
        else:
            done.append(operation)
    operations.ops[:] = done


def _go_together(one: Any, other: Any) -> bool:
    kinds = [each for each in (one, other) if isinstance(each, TableKind)]
    blocks = [each for each in (one, other) if _is_block(each)]
    if not kinds or not blocks or any(each.after.keys() != {COUNTS} for each in kinds):
        return False
    return (one.table_name, one.schema) == (other.table_name, other.schema)


def _is_block(operation: Any) -> bool:
    if not isinstance(operation, ops.ModifyTableOps):
        return False
    return not any(isinstance(step, RenameColumn) for step in operation.ops)


def _together(one: Any, other: Any) -> KindBlock:
    block = KindBlock(one.table_name, [], schema=one.schema)
    block.ops = [step for each in (one, other) for step in _steps(each)]
    kinds = [step for step in block.ops if isinstance(step, TableKind)]
    for first, last in pairwise(kinds):
        if first.before == last.after:  # it is what it was, and nobody needs to read of it
            block.ops = [step for step in block.ops if step not in (first, last)]
    block.after = other.after if not _is_plain(other) else one.after
    return block


def _steps(operation: Any) -> list[ops.MigrateOperation]:
    return [operation] if isinstance(operation, TableKind) else list(operation.ops)


def _is_plain(operation: Any) -> bool:
    return not isinstance(operation, TableKind | KindBlock)


@renderers.dispatch_for(KindBlock)
def _render(context: AutogenContext, op: KindBlock) -> list[str]:
    plain = ops.ModifyTableOps(op.table_name, _without_kinds(op), schema=op.schema)
    lines: list[str] = renderers.dispatch(ops.ModifyTableOps)(context, plain)
    options = f"recreate='always', table_kwargs={dict(op.after)!r}"
    return [lines[0].replace(") as batch_op:", f", {options}) as batch_op:"), *lines[1:]]


def _without_kinds(block: KindBlock) -> list[ops.MigrateOperation]:
    return [step for step in block.ops if not isinstance(step, TableKind)]
