"""PostgreSQL: NOT NULL that is tested beside the traffic.

From PostgreSQL 18 on it is a constraint that can be NOT VALID at first. Before that, SET NOT NULL
believes a CHECK that says the same and was validated.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, MetaData, Table, text

from ..dialects import dialect_for
from ..surroundings import surroundings_of
from .forms import Part, SafeForm
from .names import is_free, own_name
from .partitions import leaves_of

_NOT_NULL = text(
    """
    SELECT count(*) FROM pg_attribute
    WHERE attrelid = to_regclass(:table) AND attname = :column AND attnotnull
    """
)
_CONSTRAINT = text(
    """
    SELECT k.conname, k.convalidated, k.connoinherit
    FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum]
    WHERE k.contype = 'n' AND k.conrelid = to_regclass(:table) AND a.attname = :column
    """
)


def required(operation: ops.AlterColumnOp, context: MigrationContext) -> SafeForm | None:
    """A column that becomes NOT NULL; None where a server is too old for a safe form."""
    version = getattr(context.dialect, "server_version_info", None) or ()
    if operation.modify_nullable is not False or (version and version < (12,)):
        return None
    table = Table(operation.table_name, MetaData(), schema=operation.schema)
    name = str(context.dialect.identifier_preparer.format_table(table))
    by_check = _by_check(operation, context, name)
    if version < (18,) or context.as_sql or _has_begun(by_check, context):
        return by_check
    return _by_constraint(operation, context, name) or by_check


def _by_check(operation: ops.AlterColumnOp, context: MigrationContext, table: str) -> SafeForm:
    column = operation.column_name
    quote = context.dialect.identifier_preparer.quote
    check = quote(own_name(f"{operation.table_name}_{column}", "godwit_not_null"))
    alter = f"ALTER TABLE {table}"
    undo = f"{alter} DROP CONSTRAINT {check}"
    add = f"{alter} ADD CONSTRAINT {check} CHECK ({quote(column)} IS NOT NULL) NOT VALID"
    return _form(
        operation,
        context,
        table,
        "through a CHECK that was validated before",
        (
            Part(add, brief=True, undo=undo),
            Part(f"{alter} VALIDATE CONSTRAINT {check}"),
            Part(f"{alter} ALTER COLUMN {quote(column)} SET NOT NULL", brief=True),
            Part(undo, brief=True),
        ),
        partial(_is_nullable, table, column),
    )


def _has_begun(form: SafeForm, context: MigrationContext) -> bool:
    """Whether the run that was cut off went that way: this one has to go on with it."""
    journal = surroundings_of(context).journal
    first = form.parts[0].known_by(context.dialect)
    return journal is not None and journal.has_more and journal.is_ahead(first)


def _by_constraint(
    operation: ops.AlterColumnOp, context: MigrationContext, table: str
) -> SafeForm | None:
    """None where only the server can tell what SET NOT NULL would call it.

    One that is there already, NOT VALID, is only validated: adding it again does nothing.
    """
    assert context.connection is not None
    column = operation.column_name
    found = context.connection.execute(_CONSTRAINT, {"table": table, "column": column}).first()
    if found is not None and found.connoinherit:
        return None
    name = found.conname if found is not None else _usual_name(operation, context, table)
    if name is None:
        return None
    quote = context.dialect.identifier_preparer.quote
    constraint, alter = quote(name), f"ALTER TABLE {table}"
    add = f"{alter} ADD CONSTRAINT {constraint} NOT NULL {quote(column)} NOT VALID"
    return _form(
        operation,
        context,
        table,
        "added NOT VALID, then VALIDATE",
        (
            Part(add, brief=True, undo=f"{alter} DROP CONSTRAINT {constraint}"),
            Part(f"{alter} VALIDATE CONSTRAINT {constraint}"),
        ),
        partial(_is_unproved, table, column),
    )


def _usual_name(operation: ops.AlterColumnOp, context: MigrationContext, table: str) -> str | None:
    assert context.connection is not None
    database = dialect_for(URL.create("postgresql"), context.dialect)
    name = database.default_name("nn", operation.table_name, [operation.column_name])
    return name if name and is_free(table, name, context.connection) else None


def _form(
    operation: ops.AlterColumnOp,
    context: MigrationContext,
    table: str,
    how: str,
    parts: tuple[Part, ...],
    applies: Callable[[Connection], bool],
) -> SafeForm:
    return SafeForm(
        f"{table}.{operation.column_name} NOT NULL: {how}",
        (table, *leaves_of(table, context)),
        parts,
        after=_rest_of(operation),
        applies=applies,
        refusal=f"column {table}.{operation.column_name} contains NULLs",
    )


def _is_nullable(table: str, column: str, connection: Connection) -> bool:
    return not connection.scalar(_NOT_NULL, {"table": table, "column": column})


def _is_unproved(table: str, column: str, connection: Connection) -> bool:
    """Whether there may be NULLs."""
    found = connection.execute(_CONSTRAINT, {"table": table, "column": column}).first()
    return found is None or not found.convalidated


def _rest_of(operation: ops.AlterColumnOp) -> Any | None:
    """What it changes of the column beside NOT NULL."""
    rest = copy(operation)
    rest.modify_nullable = None
    return rest if rest.has_changes() or rest.modify_name is not None else None
