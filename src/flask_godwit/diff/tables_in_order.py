"""The order of tables and foreign keys on SQLite, which could mostly do without one.

With ``PRAGMA foreign_keys=ON`` it deletes the rows of a table before it drops it, and with them
the rows of other tables that still refer to them by ON DELETE CASCADE. And it writes no rows of a
table that refers to one that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from alembic.operations import ops

from .names import Key
from .order import between_renames, sorted_by_need
from .steps import Comment


def drop_after_keys(operations: ops.OpContainer) -> None:
    """Drop tables, and what is said of them, after the blocks that drop foreign keys to them."""
    operations.ops = [
        operation
        for part in between_renames(operations.ops)
        for operation in _in_order(part, _last_key(part))
    ]


def create_before_keys(operations: ops.OpContainer) -> None:
    """Make tables before the blocks that make foreign keys to them."""
    operations.ops = [
        operation for part in between_renames(operations.ops) for operation in _made_in_order(part)
    ]


def _made_in_order(part: list[Any]) -> list[Any]:
    creates = [operation for operation in part if isinstance(operation, ops.CreateTableOp)]
    made = {(create.schema, create.table_name) for create in creates}
    first = next((op for op in part if made & set(_new_targets(op))), None)
    if first is None:
        return part
    place = min(map(part.index, [first, *creates]))  # indexes may stand between them
    before = [op for op in part[:place] if op not in creates]
    after = [op for op in part[place:] if op not in creates]
    return [*before, *sorted_by_need(creates), *after]


def _new_targets(operation: ops.MigrateOperation) -> list[Key]:
    """The tables that new foreign keys of a block refer to."""
    steps = operation.ops if isinstance(operation, ops.ModifyTableOps) else []
    keys = (step for step in steps if isinstance(step, ops.CreateForeignKeyOp))
    return [(key.kw.get("referent_schema"), key.referent_table) for key in keys]


def _last_key(part: Sequence[Any]) -> int:
    """The place of the last block with a key to a table that goes before it; -1 for none."""
    gone: set[Key] = set()
    found = -1
    for place, operation in enumerate(part):
        if isinstance(operation, ops.DropTableOp):
            gone.add((operation.schema, operation.table_name))
        elif isinstance(operation, ops.ModifyTableOps) and gone & set(_no_longer(operation)):
            found = place
    return found


def _no_longer(block: ops.ModifyTableOps) -> list[Key]:
    """The tables that foreign keys refer to which a block drops."""
    drops = (op._reverse for op in block.ops if isinstance(op, ops.DropConstraintOp))
    keys = (made for made in drops if isinstance(made, ops.CreateForeignKeyOp))
    return [(key.kw.get("referent_schema"), key.referent_table) for key in keys]


def _in_order(part: list[Any], last: int) -> list[Any]:
    """The drops together, with what is said of each: first those that refer to others."""
    drops = [operation for operation in part if isinstance(operation, ops.DropTableOp)]
    if not drops:
        return part
    place = max(last, part.index(drops[-1]))
    said: dict[ops.MigrateOperation, list[ops.MigrateOperation]] = {
        following: [operation]
        for operation, following in pairwise(part)
        if isinstance(operation, Comment) and isinstance(following, ops.DropTableOp)
    }
    moved = [each for drop in sorted_by_need(drops)[::-1] for each in (*said.get(drop, ()), drop)]
    before = [operation for operation in part[: place + 1] if operation not in moved]
    return [*before, *moved, *part[place + 1 :]]
