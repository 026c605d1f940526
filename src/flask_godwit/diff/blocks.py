"""Alembic's blocks of operations: there may be several for one table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from alembic.operations import ops

from .names import Key

ByTable = Mapping[Key, list[ops.ModifyTableOps]]
"""The blocks of each table."""


def blocks_of(operations: ops.OpContainer) -> Iterator[ops.ModifyTableOps]:
    """The blocks, in their order."""
    return (op for op in operations.ops if isinstance(op, ops.ModifyTableOps))


def table_of(block: ops.ModifyTableOps) -> Key:
    """The table that a block is about."""
    return block.schema, block.table_name


def by_table(operations: ops.OpContainer) -> ByTable:
    """The blocks by their table, for those who would look through all of them for each."""
    found: dict[Key, list[ops.ModifyTableOps]] = defaultdict(list)
    for block in blocks_of(operations):
        found[table_of(block)].append(block)
    return found


def done_to(blocks: ByTable, key: Key) -> list[ops.MigrateOperation]:
    """All that is done to a table."""
    return [operation for block in blocks.get(key, ()) for operation in block.ops]
