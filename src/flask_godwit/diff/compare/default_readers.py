"""Defaults of columns that speak of something that changes: away meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..names import quoted, said
from ..steps import Sql, Together, flat
from .spoken import Spoken
from .type_users import model_defaults

Column = tuple[str | None, str, str]


def defaults_aside(
    context: AutogenContext,
    upgrade: ops.UpgradeOps,
    table: Table,
    read: tuple[TableFacts, Spoken],
    seen_to: Collection[Column],
) -> tuple[list[Sql], list[Sql]]:
    """What comes first, and what comes last: only then has a column the type of its new default.

    :param seen_to: columns whose defaults are somebody else's affair.
    """
    assert context.dialect is not None
    schema = None if table.schema == context.dialect.default_schema_name else table.schema
    facts, spoken = read
    first: list[Sql] = []
    last: list[Sql] = []
    for name, actual in facts.columns.items():
        place = schema, table.name, name
        if not actual.default or place in seen_to or not spoken.is_used_in(actual.default):
            continue
        where = quoted(context.dialect, schema, table.name)
        alter = f"ALTER TABLE {where} ALTER COLUMN {quoted(context.dialect, name)}"
        drop = f"{alter} DROP DEFAULT"
        is_changed = _taken_over(upgrade, place)
        first.append(Sql(drop, f"{alter} SET DEFAULT {actual.default}"))
        if _goes(upgrade, place, drop):
            continue
        is_known = name in table.columns
        new = model_defaults(context).get(place) if is_known else actual.default
        if new:
            last.append(Sql(f"{alter} SET DEFAULT {new}", drop))
        step = (last if new else first)[-1]
        if is_changed:
            step.words, step.back = (
                f"{said((schema, table.name), name)}: {_words(each)}"
                for each in (new, actual.default)
            )
    return first, last


def _words(default: str | None) -> str:
    return f"server default {default}" if default else "no server default"


def _taken_over(upgrade: ops.UpgradeOps, place: Column) -> bool:
    """Take a default out of what the comparison alters; returns whether it was another one."""
    is_changed = False
    for op in list(flat(upgrade)):
        if not isinstance(op, ops.AlterColumnOp) or _place(op) != place:
            continue
        is_changed = is_changed or op.modify_server_default is not False
        op.modify_server_default = op.existing_server_default = False
    for block in [op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)]:
        block.ops[:] = [op for op in block.ops if not _is_done(op, place)]
        if not block.ops:
            upgrade.ops.remove(block)
    return is_changed


def _is_done(operation: Any, place: Column) -> bool:
    is_own = isinstance(operation, ops.AlterColumnOp) and _place(operation) == place
    return is_own and not operation.has_changes()


def _goes(upgrade: ops.UpgradeOps, place: Column, drop: str) -> bool:
    """Whether the column is dropped; when it comes back, it has no default before its turn."""
    for number, op in enumerate(upgrade.ops):
        if any(_drops(each, place) for each in flat(ops.UpgradeOps([op]))):
            upgrade.ops.insert(number, Together([], [Sql(drop)]))
            return True
    return False


def _drops(operation: Any, place: Column) -> bool:
    return isinstance(operation, ops.DropColumnOp) and _place(operation) == place


def _place(operation: Any) -> Column:
    return operation.schema, operation.table_name, operation.column_name
