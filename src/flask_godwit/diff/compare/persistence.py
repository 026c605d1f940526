"""Tables that become UNLOGGED, or LOGGED again: no other table refers to one that is not logged.

Those that refer to others are the first to be UNLOGGED, and the last to be LOGGED. In a circle,
a foreign key makes way.
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ..names import Key
from ..steps import Sql, flat
from .keys_on_columns import dropped_foreign_key

UNLOGGED = "UNLOGGED"


def order_by_references(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Have such statements for several tables stand together, in an order that can be had."""
    found: list[tuple[ops.ModifyTableOps, Sql]] = [
        (block, step)
        for block in upgrade.ops
        if isinstance(block, ops.ModifyTableOps)
        for step in block.ops
        if isinstance(step, Sql) and step.persists is not None
    ]
    if len(found) < 2:
        return
    assert context.dialect is not None
    default = context.dialect.default_schema_name
    numbers: dict[Key, int] = {}
    for number, table in enumerate(context.sorted_tables):
        numbers[None if table.schema == default else table.schema, table.name] = number

    def turn(block: ops.ModifyTableOps, step: Sql) -> int:
        schema = None if block.schema == default else block.schema
        number = numbers.get((schema, block.table_name), 0)
        return number if step.persists else -number

    place = upgrade.ops.index(found[0][0])
    found.sort(key=lambda pair: turn(*pair))
    keys = _against(context, upgrade, found)
    blocks = [_block(block, step) for block, step in found]
    for block, step in found:
        block.ops.remove(step)
    again = [_block(block, key.reverse()) for block, key in reversed(keys)]
    upgrade.ops[place:place] = [*(_block(*key) for key in keys), *blocks, *again]
    upgrade.ops[:] = [op for op in upgrade.ops if not isinstance(op, ops.ModifyTableOps) or op.ops]


def _block(like: ops.ModifyTableOps, step: ops.MigrateOperation) -> ops.ModifyTableOps:
    return ops.ModifyTableOps(like.table_name, [step], schema=like.schema)


def _against(
    context: AutogenContext,
    upgrade: ops.UpgradeOps,
    found: Sequence[tuple[ops.ModifyTableOps, Sql]],
) -> list[tuple[ops.ModifyTableOps, ops.DropConstraintOp]]:
    """The foreign keys of tables that refer to each other in a circle: one is away meanwhile."""
    assert context.inspector is not None
    gone = {
        (op.schema, op.table_name, op.constraint_name)
        for op in flat(upgrade)
        if isinstance(op, ops.DropConstraintOp)
    }
    turns = {(block.schema, block.table_name): n for n, (block, _) in enumerate(found)}
    keys = []
    for own, (block, step) in enumerate(found):
        for key in context.inspector.get_foreign_keys(block.table_name, schema=block.schema):
            other = turns.get((key["referred_schema"], key["referred_table"]), own)
            is_too_late = other > own if step.persists else other < own
            if is_too_late and (block.schema, block.table_name, key["name"]) not in gone:
                keys.append((block, dropped_foreign_key(block.schema, block.table_name, key)))
    return keys
