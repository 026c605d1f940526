"""Primary keys: their columns, and their names where the models give one."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from ..key_order import key_columns
from ..names import quoted, said
from ..steps import Sql, Together
from .counted_keys import clauses, expect_drop, new_counter, numbered
from .names import final_name
from .sides import sides_of


def compare_primary_key(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Table,
    table: Table,
) -> None:
    """Add the operations that give a table the primary key of its model.

    The old key goes before anything else, the new one comes when its columns are there.
    """
    before = [column.name for column in found.primary_key]
    after = [column.name for column in key_columns(table.primary_key)]
    old, new = found.primary_key.name, _name(context, table)
    if before == after and (not after or not new or old == new):
        return
    adding = new_counter(modify, table)
    together = _in_one(context, schema, table, before, after, adding)
    expect_drop(context, found, table, together)
    if together:
        left, new_ones = {*before} - {*after}, {*after} - {*before[:1]}
        late = [op for op in modify.ops if _leaves_key(op, left) or _counts_in(op, new_ones)]
        rest = [op for op in modify.ops if op is not adding and op not in late]
        modify.ops[:] = [*rest, together, *late]
        return
    if adding is not None and sides_of(context).database.has_counters:
        modify.ops[modify.ops.index(adding)] = Together(
            *numbered(context, table, adding.column.name)
        )
    if before:
        modify.ops.insert(0, dropped_key(found, schema))
    if after:
        modify.ops.append(_create(conv(new) if new else None, table.name, schema, after))


def _name(context: AutogenContext, table: Table) -> str | None:
    assert context.dialect is not None
    if not sides_of(context).database.names_key_of(table):
        return None
    return final_name(context.dialect, table.primary_key)


def _in_one(
    context: AutogenContext,
    schema: str | None,
    table: Table,
    before: list[str],
    after: list[str],
    adding: ops.AddColumnOp | None,
) -> Sql | None:
    """One statement for both, where a table can't be without its key for a moment."""
    assert context.dialect is not None
    dialect, database = context.dialect, sides_of(context).database
    name = quoted(dialect, schema, table.name)
    old, new = ([quoted(dialect, c) for c in columns] for columns in (before, after))
    up = database.replace_primary_key(name, old, new)
    down = database.replace_primary_key(name, new, old)
    if not up:
        return None
    if adding is not None:
        add, drop = clauses(context, table, adding.column.name)
        up, down = f"{up}, {add}", f"{down}, {drop}"
    words = f"primary key on {said((schema, table.name))} ({{}})".format
    found = Sql(up, down, words=words(", ".join(after)), back=words(", ".join(before)))
    found.adds = adding
    found.replaced = tuple(before), tuple(after)
    return found


def _leaves_key(operation: ops.MigrateOperation, left: set[str]) -> bool:
    """Whether a column may be NULL from now on, which no part of a key may be."""
    return (
        isinstance(operation, ops.AlterColumnOp)
        and operation.modify_nullable is True
        and operation.column_name in left
    )


def _counts_in(operation: ops.MigrateOperation, added: set[str]) -> bool:
    """Whether a column counts from now on, which only the first of a key may do."""
    steps = operation.ops if isinstance(operation, Together) else []
    return any(isinstance(step, Sql) and added & {*step.retyped} for step in steps)


def _create(name: Any, table: str, schema: str | None, columns: list[str]) -> Any:
    return ops.CreatePrimaryKeyOp(name, table, columns, schema=schema)


def dropped_key(found: Table, schema: str | None) -> ops.DropConstraintOp:
    """What drops the primary key of a table that was read, and can make it again."""
    old: Any = found.primary_key.name
    name: Any = conv(old) if old else None
    reverse = _create(name, found.name, schema, [column.name for column in found.primary_key])
    return ops.DropConstraintOp(name, found.name, type_="primary", schema=schema, _reverse=reverse)
