"""Generated columns that come or go together with what they read."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Computed

from .blocks import blocks_of
from .compare.text import names_in
from .index_steps import indexed_columns, retyped_by

_DROPS = (ops.DropIndexOp, ops.DropConstraintOp)
_Change = ops.AddColumnOp | ops.DropColumnOp


def order_computed(operations: ops.OpContainer) -> None:
    """Drop a generated column before what it reads, and add it after that: Alembic goes by names,
    and by the order in which a model has its columns.
    """
    for block in blocks_of(operations):
        drops = [op for op in block.ops if isinstance(op, ops.DropColumnOp)]
        adds = [op for op in block.ops if isinstance(op, ops.AddColumnOp)]
        _put(block, drops, _readers_first(drops))
        _put(block, adds, _readers_first(adds[::-1])[::-1])


def drop_computed_first(operations: ops.OpContainer) -> None:
    """Drop a generated column before one that it reads gets another type, and before that what
    goes with it: for databases that change no type of what is read.
    """
    for block in blocks_of(operations):
        retyped = {name for op in block.ops for name in retyped_by(op)}
        early = drops_of_readers(block.ops, retyped)
        if early:
            rest = [op for op in block.ops if op not in early]
            place = next(number for number, op in enumerate(rest) if retyped_by(op))
            block.ops[:] = [*rest[:place], *early, *rest[place:]]


def drops_of_readers(
    steps: Sequence[ops.MigrateOperation], columns: Set[str]
) -> list[ops.MigrateOperation]:
    """What drops the generated columns that read one of some columns, and before that what drops
    their indexes and constraints.
    """
    drops = [op for op in steps if isinstance(op, ops.DropColumnOp) and _reads(op) & columns]
    names = {op.column_name for op in drops}
    return [*(op for op in steps if names & _about(op)), *drops]


def is_about(operation: ops.MigrateOperation, columns: Set[str]) -> bool:
    """Whether it drops one of some columns, or an index or a constraint of one."""
    if isinstance(operation, ops.DropColumnOp):
        return operation.column_name in columns
    return bool(_about(operation) & columns)


def _about(operation: Any) -> set[str]:
    """The columns of an index or constraint that is dropped."""
    made = operation._reverse if isinstance(operation, _DROPS) else None
    if isinstance(made, ops.CreateCheckConstraintOp):
        return names_in(str(made.condition))
    if isinstance(made, ops.CreateForeignKeyOp):
        return {*made.local_cols}
    return {*indexed_columns(made)} if made is not None else set()


def _readers_first(changes: Sequence[_Change]) -> list[_Change]:
    """The same changes: each before those of the columns that it reads, else as they were."""
    left, ordered = list(changes), list[_Change]()
    while left:
        read = set().union(*map(_reads, left))
        free = next((op for op in left if _column(op).name not in read), left[0])
        left.remove(free)
        ordered.append(free)
    return ordered


def _reads(change: _Change) -> set[str]:
    column = _column(change)
    computed = column.server_default
    names = names_in(str(computed.sqltext)) if isinstance(computed, Computed) else set()
    return names - {column.name}


def _column(change: _Change) -> Column[Any]:
    if isinstance(change, ops.AddColumnOp):
        return change.column
    return change._reverse.column if change._reverse else Column(change.column_name)


def _put(block: ops.ModifyTableOps, before: Sequence[_Change], after: Sequence[_Change]) -> None:
    """Have operations take each other's places."""
    places = [block.ops.index(op) for op in before]
    for place, operation in zip(places, after, strict=True):
        block.ops[place] = operation
