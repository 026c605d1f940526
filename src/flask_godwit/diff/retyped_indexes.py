"""An index that goes is away before its columns get a type that MySQL can't index, such as TEXT."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from alembic.operations import ops

from .blocks import blocks_of, table_of
from .drops_ahead import drops_ahead
from .index_steps import MAKES_INDEX, index_name, indexed_columns, retyped_by
from .names import Key


def indexes_aside(operations: ops.OpContainer, keys_begin: Callable[[Key], Set[str]]) -> None:
    """Drop such indexes before columns are altered, and make new ones of those after that.

    :param keys_begin: the columns with which the foreign keys of a table begin.
    """
    drops_ahead(operations, MAKES_INDEX)
    for block in blocks_of(operations):
        _in_order(block, keys_begin)


def _in_order(block: ops.ModifyTableOps, keys_begin: Callable[[Key], Set[str]]) -> None:
    retyped = {name for op in block.ops for name in retyped_by(op)}
    if not retyped:
        return
    drops = [op for op in block.ops if _drops(op) and retyped & {*_columns(op)}]
    # A foreign key may need an index until another one is there: that comes first if it can.
    taken = _taken(block.ops)
    ready = [op for op in block.ops if _makes(op) and index_name(op) not in taken]
    early = [op for op in ready if _is_for(op, drops, retyped | _added(block))]
    needed = keys_begin(table_of(block))
    late = [_head(op) for op in block.ops if _makes(op) and op not in early]
    late = [head for head in late if needed & {*head}]
    early_columns = [_head(op) for op in early]
    first = [op for op in drops if (head := _head(op)) in early_columns or head not in late]
    # The foreign keys that use them are away by then.
    before = block.ops[: _place(block.ops, first)] if first else []
    first = [*(op for op in before if _drops_key(op)), *early, *first]
    rest = [op for op in block.ops if op not in first]
    last = [op for op in rest if _makes(op) and retyped & {*_columns(op)}]
    after = rest[_place(rest, last) :]
    if any(retyped_by(op) for op in after):
        # What stood in for one of them, as a foreign key needs, goes when it is there again.
        heads, names = [_head(op) for op in last], {index_name(op) for op in last}
        stood_in = (op for op in after if _drops(op) and _head(op) in heads)
        last += [op for op in stood_in if index_name(op) not in names]
        rest = [*(op for op in rest if op not in last), *last]
    block.ops[:] = [*first, *rest]


def _taken(steps: list[ops.MigrateOperation]) -> set[str]:
    """Names that an index has until a step drops it, not those of what these steps make before."""
    taken: set[str] = set()
    made: set[str] = set()
    for operation in filter(_names_index, steps):
        name = index_name(operation)
        if _makes(operation):
            made.add(name)
        elif name not in made:
            taken.add(name)
    return taken


def _is_for(operation: Any, drops: list[Any], unready: set[str]) -> bool:
    """Whether an index can be there before others go, and take their place."""
    columns = _columns(operation)
    return columns[:1] in [_head(op) for op in drops] and not unready & {*columns}


def _added(block: ops.ModifyTableOps) -> set[str]:
    return {op.column.name for op in block.ops if isinstance(op, ops.AddColumnOp)}


def _place(steps: list[ops.MigrateOperation], wanted: list[ops.MigrateOperation]) -> int:
    return steps.index(wanted[0]) if wanted else len(steps)


def _makes(operation: Any) -> bool:
    return isinstance(operation, MAKES_INDEX)


def _drops(operation: Any) -> bool:
    if not isinstance(operation, ops.DropIndexOp | ops.DropConstraintOp):
        return False
    return _makes(operation._reverse)


def _names_index(operation: Any) -> bool:
    return _makes(operation) or _drops(operation)


def _drops_key(operation: Any) -> bool:
    is_drop = isinstance(operation, ops.DropConstraintOp)
    return is_drop and isinstance(operation._reverse, ops.CreateForeignKeyOp)


def _head(operation: Any) -> list[str]:
    return _columns(operation)[:1]


def _columns(operation: Any) -> list[str]:
    """The columns of an index that is made or dropped."""
    return indexed_columns(operation._reverse if _drops(operation) else operation)
