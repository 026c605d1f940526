"""Keys that count, and come or go with their column: rows have numbers all the same."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.counters import IDENTITY
from ..names import quoted, said
from ..steps import DropCounted, Quiet, Sql
from .sides import sides_of
from .text import undoubled


def new_counter(modify: ops.ModifyTableOps, table: Table) -> ops.AddColumnOp | None:
    """What adds a key that counts: rows that are there must get their numbers with it."""
    column = table._autoincrement_column
    if column is None or column.server_default is not None:
        return None
    adds = (op for op in modify.ops if isinstance(op, ops.AddColumnOp))
    return next((op for op in adds if op.column.name == column.name), None)


def expect_drop(context: AutogenContext, found: Table, table: Table, together: Sql | None) -> None:
    """Remember a key that counted and goes: Alembic drops columns when tables are compared.

    An identity column says of itself that it counts.

    :param together: the statement that gives the table its new key, where one does all.
    """
    sides, key = sides_of(context), (table.schema, table.name)
    sides.counted.pop(key, None)
    gone = [c.name for c in found.primary_key.columns if c.name not in table.columns]
    if not sides.database.has_counters or not gone:
        return
    facts = sides.actual(context, *key)
    for name, column in facts.columns.items() if facts else ():
        if name in gone and column.counter and column.counter.kind != IDENTITY:
            sides.counted[key] = (found, name, together)


def with_numbers(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Such a column comes back with a number for each row, and goes together with its key where
    neither can be without the other.
    """
    if context.connection is None:
        return
    counted = sides_of(context).counted
    for block in (op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)):
        found, name, together = counted.get((block.schema, block.table_name), (None, "", None))
        drops = (op for op in block.ops if isinstance(op, ops.DropColumnOp))
        drop = next((op for op in drops if op.column_name == name), None)
        if found is None or drop is None or isinstance(drop, DropCounted):
            continue
        if together is None:
            there, _ = numbered(context, found, name)
            block.ops[block.ops.index(drop)] = DropCounted.of(drop, there)
        elif together in block.ops:
            block.ops[block.ops.index(together)] = _in_one(context, found, drop, together)
            block.ops.remove(drop)


def _in_one(
    context: AutogenContext, found: Table, drop: ops.DropColumnOp, together: Sql
) -> DropCounted:
    again, gone = clauses(context, found, drop.column_name)
    back = Sql(f"{together.down}, {again}", words=together.back)
    counted = DropCounted.of(drop, [back], f"{together.statement}, {gone}", together.words)
    counted.adds = together.adds
    counted.replaced = together.replaced
    back.replaced = together.replaced and together.replaced[::-1]
    return counted


def clauses(context: AutogenContext, table: Table, name: str) -> tuple[str, str]:
    """The clauses of ALTER TABLE that add a column that counts, and drop it."""
    dialect = context.dialect
    assert dialect is not None
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    specified = undoubled(compiler.get_column_specification(table.columns[name]), dialect)
    return f"ADD COLUMN {specified}", f"DROP COLUMN {quoted(dialect, name)}"


def numbered(
    context: AutogenContext, table: Table, name: str
) -> tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]:
    """The column by a statement of its own, which Alembic's would make a plain one, and back."""
    add, drop = clauses(context, table, name)
    alter = f"ALTER TABLE {quoted(context.dialect, table.schema, table.name)}"
    where = said((table.schema, table.name), name)
    column = table.columns[name]
    added = Sql(f"{alter} {add}", words=f"{where}: a new column that counts")
    added.adds = ops.AddColumnOp(table.name, column, schema=table.schema)
    there: list[ops.MigrateOperation] = [added]
    if column.comment is not None:
        commented = ops.AlterColumnOp(
            table.name,
            name,
            schema=table.schema,
            existing_type=column.type,
            existing_nullable=False,
            modify_comment=column.comment,
        )
        there.append(Quiet.of(commented))
    return there, [Sql(f"{alter} {drop}", words=f"{where}: dropped")]
