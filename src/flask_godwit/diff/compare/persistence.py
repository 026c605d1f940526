"""Tables that become UNLOGGED, or LOGGED again: no other table refers to one that is not logged.

Those that refer to others are the first to be UNLOGGED, and the last to be LOGGED.
"""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ..names import Key
from ..steps import Sql

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
    blocks = []
    for block, step in sorted(found, key=lambda pair: turn(*pair)):
        block.ops.remove(step)
        blocks.append(ops.ModifyTableOps(block.table_name, [step], schema=block.schema))
    upgrade.ops[place:place] = blocks
    upgrade.ops[:] = [op for op in upgrade.ops if not isinstance(op, ops.ModifyTableOps) or op.ops]
