"""Types that stand on their own, such as enumerations: who uses them, before and afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column

from ...dialects.facts import DomainType, EnumType, Place
from ..names import Key
from ..steps import flat
from .sides import sides_of
from .text import written

Named = TypeVar("Named", EnumType, DomainType)
Defaults = Mapping[tuple[str | None, str, str], str | None]
Columns = set[tuple[str | None, str, str | None]]
_ROOM = 55
"""How much of a name PostgreSQL, which cuts it at 63, lets stay beside what is added."""


def renamed(context: AutogenContext, types: Mapping[Key, Named]) -> Mapping[Key, Named]:
    """The types, with their users as those are called once tables and columns are renamed."""
    renames = getattr(context.inspector, "renames", None)
    if not renames:
        return types

    def new_place(user: Place) -> Place:
        schema, table = renames.new_key((user.schema, user.table))
        column = renames.new_column((schema, table), user.column)
        return replace(user, schema=schema, table=table, column=column)

    return {
        key: replace(type_, users=tuple(map(new_place, type_.users)))
        for key, type_ in types.items()
    }


def model_columns(context: AutogenContext) -> Iterator[Column[Any]]:
    """The columns of all models."""
    for table in context.sorted_tables:
        yield from table.columns


def use_existing(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Types are made by statements of their own, not by the tables that use them."""
    assert context.dialect is not None
    database, dialect = sides_of(context).database, context.dialect
    for operation in flat(upgrade):
        made = operation._reverse if isinstance(operation, ops.DropTableOp) else operation
        if isinstance(made, ops.CreateTableOp):
            made.columns = [
                _with_type(c, database.uncreated(c.type, dialect)) if isinstance(c, Column) else c
                for c in made.columns
            ]
        added = operation._reverse if isinstance(operation, ops.DropColumnOp) else operation
        if isinstance(added, ops.AddColumnOp):
            type_ = database.uncreated(added.column.type, dialect)
            added.column = _with_type(added.column, type_)
        if isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
            operation.modify_type = database.uncreated(operation.modify_type, dialect)


def _with_type(column: Any, type_: Any) -> Any:
    """The same column of another type; the models' own stays as it is."""
    if column.type is type_:
        return column
    copy = column._copy()
    copy.type = type_
    return copy


def gone_columns(upgrade: ops.UpgradeOps) -> Columns:
    """What is dropped or gets another type; of a dropped table, None stands for all columns."""
    gone: Columns = set()
    for operation in flat(upgrade):
        if isinstance(operation, ops.DropTableOp):
            gone.add((operation.schema, operation.table_name, None))
        elif isinstance(operation, ops.DropColumnOp) or (
            isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None
        ):
            gone.add((operation.schema, operation.table_name, operation.column_name))
    return gone


def is_gone(user: Place, gone: Columns) -> bool:
    """Whether a column is among those that go."""
    return not {(user.schema, user.table, name) for name in (user.column, None)}.isdisjoint(gone)


def is_unused(type_: EnumType | DomainType, gone: Columns) -> bool:
    """Whether all columns that used it go, and there were some."""
    return bool(type_.users) and all(is_gone(user, gone) for user in type_.users)


def name_meanwhile(context: AutogenContext, key: Key) -> str:
    """A name that nothing has, for a type that another one takes the place of."""
    assert context.connection is not None
    database = sides_of(context).database
    found = (*database.enum_types(context.connection), *database.domain_types(context.connection))
    taken = {name for schema, name in found if schema == key[0]}
    taken |= {table.name for table in context.sorted_tables}  # each is a type as well
    names = (f"{key[1][:_ROOM]}_old{number or ''}" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def model_defaults(context: AutogenContext) -> Defaults:
    """The server defaults of the models, by column."""
    assert context.dialect is not None
    default_schema = context.dialect.default_schema_name
    found: dict[tuple[str | None, str, str], str | None] = {}
    for column in model_columns(context):
        argument = getattr(column.server_default, "arg", None)
        if argument is not None:
            is_text = isinstance(argument, str)
            sql = literal(argument) if is_text else written(argument, context.dialect)
            table: Any = column.table
            schema = None if table.schema == default_schema else table.schema
            found[schema, table.name, column.name] = sql
    return found


def found_defaults(type_: EnumType | DomainType) -> Defaults:
    """The server defaults in the database, by column."""
    return {(u.schema, u.table, u.column): u.default for u in type_.users}


def literal(text: str) -> str:
    """A text as SQL says it."""
    return "'" + text.replace("'", "''") + "'"
