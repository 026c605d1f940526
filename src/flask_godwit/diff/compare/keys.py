"""Primary keys: their columns, and their names where the models give one."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from ..names import quoted, said
from ..steps import Sql
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
    reflected = context.inspector.get_pk_constraint(table.name, schema=schema)
    before = list(reflected.get("constrained_columns") or ())
    after = [column.name for column in table.primary_key.columns]
    old, new = reflected.get("name"), _name(context, table)
    if before == after and (not after or not new or old == new):
        return
    counting = _counting(context, modify, schema, table)
    together = _in_one(context, schema, table.name, before, after, counting)
    if together:
        modify.ops.append(together)
        return
    if before:
        name = conv(old) if old else None
        modify.ops.insert(0, _drop(name, table.name, schema, before))
    if after:
        modify.ops.append(_create(conv(new) if new else None, table.name, schema, after))


def _counting(
    context: AutogenContext, modify: ops.ModifyTableOps, schema: str | None, table: Table
) -> tuple[str, str] | None:
    """The clauses that add a new key which counts, and drop it: rows that are there get numbers.

    Where it goes together with the key; otherwise the column is added by a statement of its own.
    """
    column = table._autoincrement_column
    if column is None or column.server_default is not None:
        return None
    adds = [op for op in modify.ops if isinstance(op, ops.AddColumnOp)]
    adding = next((op for op in adds if op.column.name == column.name), None)
    database, dialect = sides_of(context).database, context.dialect
    if adding is None:
        return None
    assert dialect is not None
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
    add = f"ADD COLUMN {compiler.get_column_specification(column)}"
    drop = f"DROP COLUMN {quoted(dialect, column.name)}"
    if database.counts_in_columns and database.replace_primary_key("", [], ["x"]):
        modify.ops.remove(adding)
        return add, drop
    if database.has_counters:
        alter = f"ALTER TABLE {quoted(dialect, schema, table.name)}"
        where = said((schema, table.name), column.name)
        words = (f"{where}: a new column that counts", f"{where}: dropped")
        step = Sql(f"{alter} {add}", f"{alter} {drop}", words=words[0], back=words[1])
        modify.ops[modify.ops.index(adding)] = step
    return None


def _name(context: AutogenContext, table: Table) -> str | None:
    assert context.dialect is not None
    if not sides_of(context).database.names_key_of(table):
        return None
    return final_name(context.dialect, table.primary_key)


def _in_one(
    context: AutogenContext,
    schema: str | None,
    table: str,
    before: list[str],
    after: list[str],
    counting: tuple[str, str] | None,
) -> Sql | None:
    """One statement for both, where a table can't be without its key for a moment."""
    assert context.dialect is not None
    dialect, database = context.dialect, sides_of(context).database
    name = quoted(dialect, schema, table)
    old, new = ([quoted(dialect, c) for c in columns] for columns in (before, after))
    up = database.replace_primary_key(name, old, new)
    down = database.replace_primary_key(name, new, old)
    if counting:
        up, down = f"{up}, {counting[0]}", f"{down}, {counting[1]}"
    words = "primary key on {} ({})".format
    return (
        Sql(
            up,
            down,
            words=words(said((schema, table)), ", ".join(after)),
            back=words(said((schema, table)), ", ".join(before)),
        )
        if up
        else None
    )


def _create(name: Any, table: str, schema: str | None, columns: list[str]) -> Any:
    return ops.CreatePrimaryKeyOp(name, table, columns, schema=schema)


def _drop(name: Any, table: str, schema: str | None, columns: list[str]) -> Any:
    reverse = _create(name, table, schema, columns)
    return ops.DropConstraintOp(name, table, type_="primary", schema=schema, _reverse=reverse)
