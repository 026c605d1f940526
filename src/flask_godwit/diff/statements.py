"""Statements stand outside of batch blocks, which run what is in them when they close.

``batch_op.execute()`` is carried out at once, before everything that was written above it.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic.operations import ops

from .steps import Comment, DropCounted, Redefined, flat


def set_apart(operations: ops.OpContainer) -> None:
    """Give every statement its place in the order of a script."""
    operations.ops = [step for op in operations.ops for step in _parts(op)]


def _parts(operation: ops.MigrateOperation) -> Iterator[ops.MigrateOperation]:
    steps = list(flat(operation)) if isinstance(operation, ops.ModifyTableOps) else []
    if not any(_is_statement(step) for step in steps):
        yield operation
        return
    assert isinstance(operation, ops.ModifyTableOps)
    block: list[ops.MigrateOperation] = []
    for step in steps:
        if not _is_statement(step):
            block.append(step)
            continue
        comments = _taken_comments(block)
        if block:
            yield _block(operation, block)
        yield from comments
        yield step
        block = []
    if block:
        yield _block(operation, block)


def _is_statement(operation: ops.MigrateOperation) -> bool:
    if isinstance(operation, DropCounted):
        return bool(operation.there)
    return isinstance(operation, ops.ExecuteSQLOp | Redefined)


def _taken_comments(block: list[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    """The comments at the end of a block, which are about what comes after it."""
    taken: list[ops.MigrateOperation] = []
    while block and isinstance(block[-1], Comment):
        taken.insert(0, block.pop())
    return taken


def _block(like: ops.ModifyTableOps, steps: list[ops.MigrateOperation]) -> ops.ModifyTableOps:
    return ops.ModifyTableOps(like.table_name, steps, schema=like.schema)
