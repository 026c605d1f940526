"""An index that goes is away before its columns get a type that MySQL can't index, such as TEXT."""

from __future__ import annotations

from typing import Any

from alembic.operations import ops


def indexes_aside(operations: ops.OpContainer) -> None:
    """Drop such indexes before columns are altered, and make new ones after that."""
    for block in operations.ops:
        if isinstance(block, ops.ModifyTableOps):
            _in_order(block)


def _in_order(block: ops.ModifyTableOps) -> None:
    retyped = {op.column_name for op in block.ops if _retypes(op)}  # type: ignore[attr-defined]
    if not retyped:
        return
    # A foreign key may need an index until another one is there: those stay where they are.
    made = [_columns(op) for op in block.ops if _makes(op)]
    first = [
        op
        for op in block.ops
        if _drops(op)
        and retyped & {*_columns(op)}
        and _columns(op)[:1] not in [m[:1] for m in made]
    ]
    rest = [op for op in block.ops if op not in first]
    last = [op for op in rest if _makes(op) and retyped & {*_columns(op)}]
    if any(_retypes(op) for op in rest[_place(rest, last) :]):
        rest = [*(op for op in rest if op not in last), *last]
    block.ops[:] = [*first, *rest]


def _place(steps: list[ops.MigrateOperation], wanted: list[ops.MigrateOperation]) -> int:
    return steps.index(wanted[0]) if wanted else len(steps)


def _retypes(operation: Any) -> bool:
    return isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None


def _makes(operation: Any) -> bool:
    return isinstance(operation, ops.CreateIndexOp | ops.CreateUniqueConstraintOp)


def _drops(operation: Any) -> bool:
    if not isinstance(operation, ops.DropIndexOp | ops.DropConstraintOp):
        return False
    return _makes(operation._reverse)


def _columns(operation: Any) -> list[str]:
    """The columns of an index that is made or dropped."""
    made = operation._reverse if _drops(operation) else operation
    return [str(getattr(column, "name", column)) for column in made.columns]
