"""A unique or primary key that goes is away before its columns get a type without an order.

PostgreSQL has no such key on JSON, say, not even until the next statement. Alembic drops indexes
before it alters columns, but constraints after that.
"""

from __future__ import annotations

from typing import Any

from alembic.operations import ops

from .blocks import blocks_of
from .drops_ahead import drops_ahead
from .index_steps import indexed_columns, retyped_by
from .steps import Comment

_MAKES = (ops.CreateUniqueConstraintOp, ops.CreatePrimaryKeyOp)


def uniques_aside(operations: ops.OpContainer) -> None:
    """Drop such keys before their columns are altered, and make new ones of those after that."""
    drops_ahead(operations, _MAKES)
    for block in blocks_of(operations):
        changing = [op for op in block.ops if retyped_by(op)]
        if changing:
            names = {name for op in changing for name in retyped_by(op)}
            _drop_before(block, changing[0], names)
            _make_after(block, changing[-1], names)


def _drop_before(block: ops.ModifyTableOps, first: Any, names: set[str]) -> None:
    late = block.ops[block.ops.index(first) :]
    drops = [op for op in late if _drops(op) and names & {*indexed_columns(op._reverse)}]  # type: ignore[attr-defined]
    rest = [op for op in block.ops if op not in drops]
    place = rest.index(first)
    while place and isinstance(rest[place - 1], Comment):
        place -= 1  # it is about the column
    block.ops[:] = [*rest[:place], *drops, *rest[place:]]


def _make_after(block: ops.ModifyTableOps, last: Any, names: set[str]) -> None:
    early = block.ops[: block.ops.index(last)]
    makes = [op for op in early if isinstance(op, _MAKES) and names & {*indexed_columns(op)}]
    rest = [op for op in block.ops if op not in makes]
    place = 1 + rest.index(last)
    block.ops[:] = [*rest[:place], *makes, *rest[place:]]


def _drops(operation: Any) -> bool:
    return isinstance(operation, ops.DropConstraintOp) and isinstance(operation._reverse, _MAKES)
