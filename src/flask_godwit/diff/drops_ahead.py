"""What goes because a column gets another type is in the same block as that, or in one before.

A table has several blocks where rows are changed between them: a column gets its new type, its
rows get values, and only then it becomes NOT NULL. An index that the new type can't have would go
with the second block, too late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic.operations import ops

from .blocks import by_table
from .index_steps import MAKES_INDEX, indexed_columns, retyped_by

Kinds = tuple[type[Any], ...]


def drops_ahead(operations: ops.OpContainer, kinds: Kinds) -> None:
    """Move drops of indexes and keys to the first block that changes one of their columns.

    :param kinds: the operations that make what is meant.
    """
    for blocks in by_table(operations).values():
        _move(blocks, kinds)
    operations.ops[:] = [
        op for op in operations.ops if not isinstance(op, ops.ModifyTableOps) or op.ops
    ]


def _move(blocks: Sequence[ops.ModifyTableOps], kinds: Kinds) -> None:
    every = [op for block in blocks for op in block.ops]
    unready = {name for op in every for name in retyped_by(op)}
    unready |= {op.column.name for op in every if isinstance(op, ops.AddColumnOp)}
    for number, block in enumerate(blocks):
        retyped = {name for op in block.ops for name in retyped_by(op)}
        for other in blocks[number + 1 :] if retyped else ():
            moved = _needed_by(other, retyped, unready, kinds)
            other.ops[:] = [op for op in other.ops if op not in moved]
            block.ops += moved


def _needed_by(
    block: ops.ModifyTableOps, retyped: set[str], unready: set[str], kinds: Kinds
) -> list[ops.MigrateOperation]:
    """The drops, those of foreign keys that use them, and what takes their place for others."""
    drops = [op for op in block.ops if _drops(op, kinds) and retyped & {*_columns(op)}]
    names = {name for op in drops for name in _columns(op)}
    heads = [_columns(op)[0] for op in drops]

    def belongs(operation: Any) -> bool:
        if _drops(operation, (ops.CreateForeignKeyOp,)):
            return bool(names & {*operation._reverse.local_cols})
        if not isinstance(operation, MAKES_INDEX):
            return operation in drops
        columns = indexed_columns(operation)
        return columns[0] in heads and not unready & {*columns}

    return [op for op in block.ops if belongs(op)] if drops else []


def _drops(operation: Any, kinds: Kinds) -> bool:
    is_drop = isinstance(operation, ops.DropIndexOp | ops.DropConstraintOp)
    return is_drop and isinstance(operation._reverse, kinds)


def _columns(operation: Any) -> list[str]:
    return indexed_columns(operation._reverse)
