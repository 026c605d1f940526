"""What Alembic's operations mean, where the statements don't tell: in a rebuilt table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import singledispatch
from typing import Any

from alembic.operations import ops

from ..sql.action import Action


def intents(operations: Iterable[Any]) -> tuple[Action, ...]:
    """The operations as if each were a statement of its own."""
    every = list(operations)
    keys = {key for operation in every for key in _numbers(operation)}
    found = [action for operation in every for action in _intents(operation)]
    return tuple(_numbered(a) if (a.table, a.name) in keys else a for a in found)


def _numbers(operation: Any) -> Iterator[tuple[str, str]]:
    """A column that becomes the primary key: SQLite numbers rows by it, if it is an integer."""
    if isinstance(operation, ops.CreatePrimaryKeyOp) and len(operation.columns) == 1:
        yield _table(operation), str(operation.columns[0])


def _numbered(action: Action) -> Action:
    if action.kind != "add_column" or action.type != "INTEGER":
        return action
    return replace(action, traits=action.traits | {"default"})


@singledispatch
def _intents(operation: Any) -> Iterator[Action]:
    yield from ()


@_intents.register
def _(operation: ops.AddColumnOp) -> Iterator[Action]:
    column = operation.column
    traits = set() if column.nullable else {"not null"}
    if column.server_default is not None or column.primary_key:
        traits.add("default")
    yield Action(
        "add_column", _table(operation), column.name, frozenset(traits), type=str(column.type)
    )


@_intents.register
def _(operation: ops.DropColumnOp) -> Iterator[Action]:
    yield Action("drop_column", _table(operation), operation.column_name)


@_intents.register
def _(operation: ops.AlterColumnOp) -> Iterator[Action]:
    table, name = _table(operation), operation.column_name
    if operation.modify_nullable is not None:
        yield Action("drop_not_null" if operation.modify_nullable else "set_not_null", table, name)
    if operation.modify_name is not None:
        yield Action("rename_column", table, name, expression=operation.modify_name)


@_intents.register
def _(operation: ops.CreateUniqueConstraintOp) -> Iterator[Action]:
    columns = tuple(map(str, operation.columns))
    yield Action("add_unique", _table(operation), str(operation.constraint_name), columns=columns)


@_intents.register
def _(operation: ops.CreateCheckConstraintOp) -> Iterator[Action]:
    condition = str(operation.condition)
    name = str(operation.constraint_name)
    yield Action("add_check", _table(operation), name, expression=condition)


@_intents.register
def _(operation: ops.CreateForeignKeyOp) -> Iterator[Action]:
    columns = tuple(operation.local_cols)
    referred = (operation.referent_table,)
    name = str(operation.constraint_name)
    yield Action(
        "add_foreign_key", operation.source_table, name, frozenset(), columns, "", "", referred
    )


def _table(operation: Any) -> str:
    return (
        f"{operation.schema}.{operation.table_name}" if operation.schema else operation.table_name
    )
