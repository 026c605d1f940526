"""One operation as several, where a single statement would rewrite the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic.ddl.base import AddColumn, format_server_default
from alembic.operations import ops
from alembic.operations.schemaobj import SchemaObjects
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, DefaultClause, PrimaryKeyConstraint, inspect, text
from sqlalchemy.exc import NoSuchTableError

from ..errors import BackfillRefused, TableMissing
from ..operations import BackfillOp
from ..operations.batches import key_of, table_in
from .identity import counter_of

_BATCH_SECONDS = 0.15
IsPerRow = Callable[[str], bool]


def parts_of(operation: Any, context: MigrationContext, is_per_row: IsPerRow) -> tuple[Any, ...]:
    """The operations that do the same; () where one is enough."""
    if isinstance(operation, ops.AddColumnOp):
        return _add_column(operation, context, is_per_row)
    if isinstance(operation, ops.CreatePrimaryKeyOp):
        return _primary_key(operation, context)
    return ()


def first_statement(parts: tuple[Any, ...], context: MigrationContext) -> str:
    """The statement by which a later run tells that an earlier one went this way."""
    first = parts[0] if parts else None
    if not isinstance(first, ops.AddColumnOp):
        return ""
    construct = AddColumn(first.table_name, first.column, schema=first.schema)
    return str(construct.compile(dialect=context.dialect))


def _add_column(
    operation: ops.AddColumnOp, context: MigrationContext, is_per_row: IsPerRow
) -> tuple[Any, ...]:
    """A default that each row has to be given one of its own of: after the column, in batches."""
    column, table, schema = operation.column, operation.table_name, operation.schema
    if column.primary_key or operation.if_not_exists:
        return ()
    counter, default = counter_of(operation, context), column.server_default
    given: DefaultClause | None = default if isinstance(default, DefaultClause) else None
    if counter is not None:
        said = counter.default
    elif given is not None:
        compiler = context.dialect.ddl_compiler(context.dialect, None)  # type: ignore[arg-type]
        said = str(format_server_default(compiler, given)).replace("%%", "%")
    else:
        return ()
    if not (is_per_row(said) and _can_be_filled(operation, context)):
        return ()
    bare: Column[Any] = Column(column.name, column.type, comment=column.comment)
    quoted = context.dialect.identifier_preparer.quote(column.name)
    defaulted = ops.AlterColumnOp(table, column.name, schema=schema, modify_server_default=given)
    parts: list[Any] = [
        ops.AddColumnOp(table, bare, schema=schema),
        *(counter.made() if counter else [defaulted]),
        in_batches(table, {column.name: text(_bound(said))}, f"{quoted} IS NULL", schema),
    ]
    if not column.nullable:
        needed = ops.AlterColumnOp(
            table,
            column.name,
            schema=schema,
            modify_nullable=False,
            existing_type=column.type,
            existing_server_default=given,
        )
        parts.append(needed)
    return (*parts, *(counter.handed_over() if counter else ()), *_with(operation, context))


def in_batches(table: str, values: dict[str, Any], where: str, schema: str | None) -> BackfillOp:
    """A backfill that nobody asked for: whoever writes to a row of a batch waits for it."""
    return BackfillOp(table, values, where, schema, seconds=_BATCH_SECONDS)


def _with(operation: ops.AddColumnOp, context: MigrationContext) -> list[Any]:
    """What Alembic adds after a column: its keys, its CHECK, its index."""
    objects = SchemaObjects(context)
    copy = operation.column._copy()
    table = objects.table(operation.table_name, copy, schema=operation.schema)
    constraints = [c for c in table.constraints if not isinstance(c, PrimaryKeyConstraint)]
    return [
        *(ops.AddConstraintOp.from_constraint(constraint) for constraint in constraints),
        *(ops.CreateIndexOp.from_index(index) for index in table.indexes),
    ]


def _can_be_filled(operation: ops.AddColumnOp, context: MigrationContext) -> bool:
    """Whether rows can be counted off; without a database, as nearly all tables have a key."""
    if context.as_sql:
        return True
    assert context.connection is not None
    try:
        key_of(
            context.connection,
            table_in(context.connection, operation.table_name, operation.schema),
        )
    except (BackfillRefused, TableMissing):
        return False
    return True


def _primary_key(operation: ops.CreatePrimaryKeyOp, context: MigrationContext) -> tuple[Any, ...]:
    """A column that may be NULL would be read under the lock."""
    if context.as_sql:
        return ()
    assert context.connection is not None
    table, schema = operation.table_name, operation.schema
    try:
        columns = inspect(context.connection).get_columns(table, schema=schema)
    except NoSuchTableError:
        return ()
    nullable = [c["name"] for c in columns if c["nullable"] and c["name"] in operation.columns]
    if not nullable:
        return ()
    changes = (
        ops.AlterColumnOp(table, name, schema=schema, modify_nullable=False) for name in nullable
    )
    return (*changes, operation)


def _bound(sql: str) -> str:
    """SQL for ``text()``, which takes a colon for a parameter."""
    return sql.replace(":", "\\:")
