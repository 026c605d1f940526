"""CHECKs that a table of PostgreSQL has from another one, and says itself as well.

It has them for as long as the other has them: they are dropped there first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeGuard

from alembic.operations import ops
from sqlalchemy import Table

from .blocks import blocks_of, table_of
from .names import Key

Parents = Mapping[Key, Collection[Key]]


def parents_in(models: Mapping[Key, Table], option: str) -> Parents:
    """The tables from which others inherit, directly or not, by the names of their models.

    :param option: what a model calls that; "" where no table inherits.
    """
    direct = {key: parents_of(table, option) for key, table in models.items() if option}
    return {key: _all_of(key, direct) for key, found in direct.items() if found}


def parents_of(table: Table, option: str) -> list[Key]:
    """The tables from which a model's table inherits directly."""
    given = table.kwargs.get(option) or ()
    names = [given] if isinstance(given, str) else list(given)
    parts = (str(name).rpartition(".") for name in names)
    return [(schema or table.schema, name) for schema, _, name in parts]


def _all_of(key: Key, direct: Mapping[Key, Collection[Key]]) -> set[Key]:
    found: set[Key] = set()
    new = set(direct.get(key, ()))
    while new:
        found |= new
        new = {other for one in new for other in direct.get(one, ())} - found
    return found


def drop_from_parents_first(operations: ops.OpContainer, parents: Parents) -> None:
    """Have a CHECK go from a table right after it went from the one that it inherits it from."""
    for block in list(blocks_of(operations)):
        for drop in filter(_drops_check, list(block.ops)):
            first = _dropped_later(operations, block, drop, parents.get(table_of(block), ()))
            if first is not None:
                block.ops.remove(drop)
                _put_after(operations, first, drop, like=block)
    operations.ops = [
        op for op in operations.ops if not isinstance(op, ops.ModifyTableOps) or op.ops
    ]


def _drops_check(operation: ops.MigrateOperation) -> TypeGuard[ops.DropConstraintOp]:
    return isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "check"


def _dropped_later(
    operations: ops.OpContainer,
    block: ops.ModifyTableOps,
    drop: ops.DropConstraintOp,
    parents: Collection[Key],
) -> ops.DropConstraintOp | None:
    """What drops the same CHECK from another table, and comes later as yet."""
    later = operations.ops[operations.ops.index(block) + 1 :]
    found = [
        op
        for other in blocks_of(ops.UpgradeOps(later))
        if table_of(other) in parents
        for op in filter(_drops_check, other.ops)
        if op.constraint_name == drop.constraint_name
    ]
    return found[-1] if found else None


def _put_after(
    operations: ops.OpContainer,
    first: ops.MigrateOperation,
    drop: ops.MigrateOperation,
    *,
    like: ops.ModifyTableOps,
) -> None:
    number, block = next(
        (number, block)
        for number, block in enumerate(operations.ops)
        if isinstance(block, ops.ModifyTableOps) and first in block.ops
    )
    end = block.ops.index(first) + 1
    rest, block.ops = block.ops[end:], block.ops[:end]
    own = ops.ModifyTableOps(like.table_name, [drop], schema=like.schema)
    after = ops.ModifyTableOps(block.table_name, rest, schema=block.schema)
    operations.ops[number + 1 : number + 1] = [own, after]
