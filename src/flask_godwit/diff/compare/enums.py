"""Enumerations that are types of their own: made before they are used, changed, and dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ARRAY, Column, Dialect

from ...dialects.facts import EnumType, Place
from ..names import Key, quoted, said
from ..steps import Sql, Together
from .enum_readers import aside
from .sides import sides_of
from .text import written


def compare_enums(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Bring the types of a database into the operations of a comparison."""
    assert context.dialect is not None
    assert context.connection is not None
    database = sides_of(context).database
    found = _renamed(context, database.enum_types(context.connection))
    wanted = dict(_wanted(context))
    if not found and not wanted:
        return
    for operation in upgrade.ops:
        if isinstance(operation, ops.ModifyTableOps):
            operation.ops = [op for op in operation.ops if not _is_calmed(context, op)]
    left = [op for op in upgrade.ops if not isinstance(op, ops.ModifyTableOps) or op.ops]
    upgrade.ops = [step for op in left for step in _without_defaults(context, op)]
    _use_existing(context, upgrade)
    _leave_defaults(upgrade, [found[key] for key in _changing(found, wanted)])
    gone = _gone_columns(upgrade)
    made = [_created(context.dialect, *item) for item in wanted.items() if item[0] not in found]
    changed = [_changed(context, found[key], wanted[key]) for key in _changing(found, wanted)]
    dropped = [
        _created(context.dialect, key, type_.labels).reverse()
        for key, type_ in found.items()
        if key not in wanted and type_.users and all(_is_gone(u, gone) for u in type_.users)
    ]
    before, after = aside(context, upgrade, (found[key] for key in _changing(found, wanted)))
    upgrade.ops[:] = [*made, *before, *changed, *after, *upgrade.ops, *dropped]


def _renamed(context: AutogenContext, types: Mapping[Key, EnumType]) -> Mapping[Key, EnumType]:
    """The types, with their users as those are called once tables and columns are renamed."""
    renames = getattr(context.inspector, "renames", None)
    if not renames:
        return types

    def renamed(user: Place) -> Place:
        schema, table = renames.new_key((user.schema, user.table))
        column = renames.new_column((schema, table), user.column)
        return replace(user, schema=schema, table=table, column=column)

    return {
        key: replace(type_, users=tuple(map(renamed, type_.users))) for key, type_ in types.items()
    }


def _changing(
    found: Mapping[Key, EnumType], wanted: Mapping[Key, tuple[str, ...]]
) -> Iterator[Key]:
    return (key for key, labels in wanted.items() if key in found and found[key].labels != labels)


def _wanted(context: AutogenContext) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """The enumerations of the models."""
    assert context.dialect is not None
    default = context.dialect.default_schema_name
    for column in _columns(context):
        for enum in sides_of(context).database.enums_in(column.type, context.dialect):
            schema = None if enum.schema == default else enum.schema
            yield (schema, enum.name), tuple(enum.enums)


def _columns(context: AutogenContext) -> Iterator[Column[Any]]:
    for table in context.sorted_tables:
        yield from table.columns


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, ops.ModifyTableOps):
            yield from operation.ops
        else:
            yield operation


def _use_existing(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Types are made by statements of their own, not by the tables that use them."""
    assert context.dialect is not None
    database, dialect = sides_of(context).database, context.dialect
    for operation in _flat(upgrade.ops):
        made = operation._reverse if isinstance(operation, ops.DropTableOp) else operation
        if isinstance(made, ops.CreateTableOp):
            made.columns = [
                _with_type(c, database.uncreated(c.type, dialect)) if isinstance(c, Column) else c
                for c in made.columns
            ]
        elif isinstance(operation, ops.AddColumnOp):
            type_ = database.uncreated(operation.column.type, dialect)
            operation.column = _with_type(operation.column, type_)
        elif isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
            operation.modify_type = database.uncreated(operation.modify_type, dialect)


def _with_type(column: Any, type_: Any) -> Any:
    """The same column of another type; the models' own stays as it is."""
    if column.type is type_:
        return column
    copy = column._copy()
    copy.type = type_
    return copy


def _is_calmed(context: AutogenContext, operation: Any) -> bool:
    """Whether nothing is left of a change, since the column keeps its type, whose values change."""
    if not isinstance(operation, ops.AlterColumnOp) or operation.modify_type is None:
        return False
    database, dialect = sides_of(context).database, context.dialect
    assert dialect is not None
    before, after = operation.existing_type, operation.modify_type
    if before is None or isinstance(before, ARRAY) != isinstance(after, ARRAY):
        return False
    old = [(e.schema, e.name) for e in database.enums_in(before, dialect)]
    new = [(e.schema, e.name) for e in database.enums_in(after, dialect)]
    if not old or old != new:
        return False
    operation.modify_type = None
    return not operation.has_changes()


def _without_defaults(context: AutogenContext, operation: Any) -> list[Any]:
    """A batch runs its statements at its end: what has an order stands around it."""
    found = operation.ops if isinstance(operation, ops.ModifyTableOps) else []
    around = [_without_default(context, op) for op in found]
    return [
        *(step for before, _ in around for step in before),
        operation,
        *(step for _, after in around for step in after),
    ]


def _without_default(context: AutogenContext, operation: Any) -> tuple[list[Sql], list[Sql]]:
    """A column's default is away while its type becomes an enumeration, or another one."""
    if not isinstance(operation, ops.AlterColumnOp) or operation.modify_type is None:
        return [], []
    assert context.dialect is not None
    enums = list(sides_of(context).database.enums_in(operation.modify_type, context.dialect))
    before: Any = operation.existing_server_default
    sql = getattr(getattr(before, "arg", None), "text", None)
    if not enums or not sql:
        return [], []
    table = quoted(context.dialect, operation.schema, operation.table_name)
    alter = f"ALTER TABLE {table} ALTER COLUMN {quoted(context.dialect, operation.column_name)}"
    place = (operation.schema, operation.table_name, operation.column_name)
    after = _defaults(context).get(place)
    operation.modify_server_default = False
    operation.existing_server_default = False
    drop, back = f"{alter} DROP DEFAULT", f"{alter} SET DEFAULT {sql}"
    again = [Sql(f"{alter} SET DEFAULT {after}", drop)] if after else []
    return [Sql(drop, back)], again


def _leave_defaults(upgrade: ops.UpgradeOps, changing: Iterable[EnumType]) -> None:
    """A changed type sets the defaults of its columns anew, where they have one."""
    columns = {(u.schema, u.table, u.column) for t in changing for u in t.users if u.default}
    for table in [op for op in upgrade.ops if isinstance(op, ops.ModifyTableOps)]:
        for op in list(table.ops):
            if not isinstance(op, ops.AlterColumnOp):
                continue
            if (op.schema, op.table_name, op.column_name) in columns:
                op.modify_server_default = False
                if not op.has_changes():
                    table.ops.remove(op)
        if not table.ops:
            upgrade.ops.remove(table)


def _gone_columns(upgrade: ops.UpgradeOps) -> set[tuple[str | None, str, str | None]]:
    gone: set[tuple[str | None, str, str | None]] = set()
    for operation in _flat(upgrade.ops):
        if isinstance(operation, ops.DropTableOp):
            gone.add((operation.schema, operation.table_name, None))
        elif isinstance(operation, ops.DropColumnOp) or (
            isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None
        ):
            gone.add((operation.schema, operation.table_name, operation.column_name))
    return gone


def _is_gone(user: Place, gone: set[tuple[str | None, str, str | None]]) -> bool:
    return (user.schema, user.table, None) in gone or (user.schema, user.table, user.column) in gone


def _created(dialect: Dialect, key: Key, labels: Iterable[str]) -> Sql:
    return Sql(
        _create(dialect, key, labels),
        f"DROP TYPE {quoted(dialect, *key)}",
        words=f"create type {said(key)}",
        back=f"drop type {said(key)}",
    )


def _create(dialect: Dialect, key: Key, labels: Iterable[str]) -> str:
    return f"CREATE TYPE {quoted(dialect, *key)} AS ENUM ({', '.join(map(_label, labels))})"


def _label(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"


def _changed(context: AutogenContext, found: EnumType, labels: tuple[str, ...]) -> Together:
    """The statements that give a type its new values, and those that give it the old ones."""
    key = (found.schema, found.name)
    models = _defaults(context)
    up = list(_remade(context, found, labels, models))
    down = list(_remade(context, found, found.labels, _found_defaults(found)))
    words = f"type {said(key)}: {', '.join(labels)}"
    back = f"type {said(key)}: {', '.join(found.labels)}"
    up[0].words, down[0].words = words, back
    return Together(up, down)


Defaults = Mapping[tuple[str | None, str, str], str | None]


def _remade(
    context: AutogenContext, found: EnumType, labels: tuple[str, ...], defaults: Defaults
) -> Iterator[Sql]:
    """A new type takes the old one's place, and the columns follow."""
    assert context.dialect is not None
    dialect, key = context.dialect, (found.schema, found.name)
    old_name = f"{found.name}_old"
    name, old = quoted(dialect, *key), quoted(dialect, found.schema, old_name)
    yield Sql(f"ALTER TYPE {name} RENAME TO {quoted(dialect, old_name)}")
    yield Sql(_create(dialect, key, labels))
    for user in found.users:
        table = quoted(dialect, user.schema, user.table)
        column, array = quoted(dialect, user.column), "[]" if user.is_array else ""
        place = (user.schema, user.table, user.column)
        if user.default:
            yield Sql(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")
        yield Sql(
            f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {name}{array}"
            f" USING {column}::text{array}::{name}{array}"
        )
        default = defaults.get(place)
        if default and user.default:
            yield Sql(f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default}")
    yield Sql(f"DROP TYPE {old}")


def _defaults(context: AutogenContext) -> Defaults:
    assert context.dialect is not None
    default_schema = context.dialect.default_schema_name
    found: dict[tuple[str | None, str, str], str | None] = {}
    for column in _columns(context):
        argument = getattr(column.server_default, "arg", None)
        if argument is not None:
            is_text = isinstance(argument, str)
            sql = _label(argument) if is_text else written(argument, context.dialect)
            table: Any = column.table
            schema = None if table.schema == default_schema else table.schema
            found[schema, table.name, column.name] = sql
    return found


def _found_defaults(found: EnumType) -> Defaults:
    return {(u.schema, u.table, u.column): u.default for u in found.users}
