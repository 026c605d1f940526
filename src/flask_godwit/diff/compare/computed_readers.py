"""Generated columns that speak of something that changes: away meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, Computed, Table

from ...dialects.facts import TableFacts
from ..computed_order import is_about
from ..names import Key, quoted
from ..steps import Sql, Together, flat
from .sides import sides_of
from .spoken import Spoken
from .text import literally


def computed_readers(facts: TableFacts, spoken: Spoken) -> set[str]:
    """The generated columns of a table that are something that is spoken of, or speak of it."""
    return {
        name
        for name, column in facts.columns.items()
        if column.computed and (name in spoken.columns or spoken.is_named_in(column.computed))
    }


def gone_for_good(
    context: AutogenContext, upgrade: ops.UpgradeOps, key: Key, columns: Collection[str]
) -> list[ops.MigrateOperation]:
    """Take out of the comparison what makes generated columns plain ones, or drops them."""
    assert context.dialect is not None
    database, table = sides_of(context).database, quoted(context.dialect, *key)
    names = (quoted(context.dialect, name) for name in columns)
    plain = {database.drop_expression(table, name) for name in names}

    def goes(operation: Any) -> bool:
        if isinstance(operation, Together):
            return any(isinstance(op, Sql) and op.statement in plain for op in flat(operation))
        return is_about(operation, set(columns))

    found: list[ops.MigrateOperation] = []
    for block in [op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)]:
        if (block.schema, block.table_name) == key:
            found += filter(goes, block.ops)
            block.ops[:] = [op for op in block.ops if op not in found]
            if not block.ops:
                upgrade.ops.remove(block)
    return found


def exchanged(
    upgrade: ops.UpgradeOps, key: Key, table: Table, facts: TableFacts, names: Collection[str]
) -> Iterator[tuple[ops.DropColumnOp, ops.AddColumnOp]]:
    """What drops each of them as it is, and what adds it as its model says."""
    for name in sorted(names):
        column = table.columns[name]
        found = column
        for block in [op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)]:
            for op in [op for op in block.ops if _alters(op, key, name)]:
                found = _as_it_is(op, str(facts.columns[name].computed))
                block.ops.remove(op)
            if not block.ops:
                upgrade.ops.remove(block)
        yield (
            ops.DropColumnOp.from_column_and_tablename(key[0], key[1], found),
            ops.AddColumnOp.from_column_and_tablename(key[0], key[1], column),
        )


def _alters(operation: Any, key: Key, name: str) -> bool:
    if not isinstance(operation, ops.AlterColumnOp):
        return False
    return (operation.schema, operation.table_name, operation.column_name) == (*key, name)


def _as_it_is(altered: Any, computed: str) -> Column[Any]:
    """A generated column before it is altered.

    :param computed: how it is stored, and the expression.
    """
    kind, _, expression = computed.partition(" ")
    return Column(
        altered.column_name,
        altered.existing_type,
        Computed(literally(expression), persisted=kind != "v"),
        nullable=altered.existing_nullable is not False,
        comment=altered.existing_comment,
    )
