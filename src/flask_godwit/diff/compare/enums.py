"""Enumerations that are types of their own: made before they are used, changed, and dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ARRAY, Dialect

from ...dialects.facts import EnumType
from ..names import Key, quoted, said
from ..steps import Sql, Together
from .enum_growth import dividing, domain_on, grown, grows, refuse_below, refuse_enum
from .enum_readers import aside
from .moved_columns import defaults_to_be, moved
from .sides import sides_of
from .text import said_in
from .type_users import (
    Columns,
    Defaults,
    found_defaults,
    gone_columns,
    is_gone,
    is_unused,
    literal,
    model_columns,
    model_defaults,
    name_meanwhile,
    renamed,
    use_existing,
)


def compare_enums(context: AutogenContext, upgrade: ops.UpgradeOps) -> None:
    """Bring the types of a database into the operations of a comparison."""
    assert context.dialect is not None
    assert context.connection is not None
    database = sides_of(context).database
    found = renamed(context, database.enum_types(context.connection))
    wanted = dict(_wanted(context))
    if not found and not wanted:
        return
    for operation in upgrade.ops:
        if isinstance(operation, ops.ModifyTableOps):
            operation.ops = [op for op in operation.ops if not _is_calmed(context, op)]
    kept = [op for op in upgrade.ops if not isinstance(op, ops.ModifyTableOps) or op.ops]
    upgrade.ops = [step for op in kept for step in _without_defaults(context, op)]
    use_existing(context, upgrade)
    gone = gone_columns(upgrade)
    changing = [key for key in wanted if key in found and found[key].labels != wanted[key]]
    growing = list(_growing(context, changing, found, wanted, gone))
    anew = [key for key in changing if key not in growing]
    _leave_defaults(upgrade, [found[key] for key in anew])
    made: list[ops.MigrateOperation] = [
        _created(context.dialect, *item) for item in wanted.items() if item[0] not in found
    ]
    made += [grown(context.dialect, found[key], wanted[key]) for key in growing]
    changes = [_changed(context, found[key], wanted[key], gone) for key in anew]
    changed = [first for first, *_ in changes]
    left = [last for _, *rest in changes for last in rest]
    dropped = [
        _created(context.dialect, key, type_.labels).reverse()
        for key, type_ in found.items()
        if key not in wanted and is_unused(type_, gone)
    ]
    away = aside(context, upgrade, (found[key] for key in anew))
    # What reads is not there, either, while a downgrade begins with what an upgrade has left.
    there = [*upgrade.ops, *left, *away.after] if left else [*away.after, *upgrade.ops]
    upgrade.ops[:] = [*made, *away.before, *changed, *there, *away.last, *dropped]


def _growing(
    context: AutogenContext,
    changing: Iterable[Key],
    found: Mapping[Key, EnumType],
    wanted: Mapping[Key, tuple[str, ...]],
    gone: Columns,
) -> Iterator[Key]:
    """The types that can't be made anew, and need not be; those that would have to are refused."""
    for key in changing:
        user, domain = dividing(found[key], gone), domain_on(context, found[key])
        if (user or domain) and grows(found[key], wanted[key]):
            yield key
        elif user is not None:
            refuse_enum(context, found[key], user)
        elif domain is not None:
            refuse_below(context, found[key], domain)


def _wanted(context: AutogenContext) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """The enumerations of the models."""
    assert context.dialect is not None
    default = context.dialect.default_schema_name
    for column in model_columns(context):
        for enum in sides_of(context).database.enums_in(column.type, context.dialect):
            schema = None if enum.schema == default else enum.schema
            yield (schema, enum.name), tuple(enum.enums)


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
    sql = said_in(getattr(before, "arg", None))
    if not enums or not sql:
        return [], []
    table = quoted(context.dialect, operation.schema, operation.table_name)
    alter = f"ALTER TABLE {table} ALTER COLUMN {quoted(context.dialect, operation.column_name)}"
    place = (operation.schema, operation.table_name, operation.column_name)
    after = model_defaults(context).get(place)
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


def _created(dialect: Dialect, key: Key, labels: Iterable[str]) -> Sql:
    made = Sql(
        _create(dialect, key, labels),
        f"DROP TYPE {quoted(dialect, *key)}",
        words=f"create type {said(key)}",
        back=f"drop type {said(key)}",
    )
    made.named = ("table", key, "", key[1])  # no table has the name of a type
    return made


def _create(dialect: Dialect, key: Key, labels: Iterable[str]) -> str:
    return f"CREATE TYPE {quoted(dialect, *key)} AS ENUM ({', '.join(map(literal, labels))})"


def _changed(
    context: AutogenContext, found: EnumType, labels: tuple[str, ...], gone: Columns
) -> list[Together]:
    """The statements that give a type its new values, and those that give it the old ones.

    A column that leaves the type need not have one of the new values. It keeps the old type,
    which goes when that is done: then there is a second list of statements, for the end.
    """
    assert context.dialect is not None
    dialect, key = context.dialect, (found.schema, found.name)
    models, name = defaults_to_be(context, found, labels), name_meanwhile(context, key)
    stay = (u for u in found.users if u.is_inherited or not is_gone(u, gone))
    staying = replace(found, users=tuple(stay))
    up = list(_remade(dialect, staying, labels, models, name))
    down = list(_remade(dialect, staying, found.labels, found_defaults(found), name))
    words = f"type {said(key)}: {', '.join(labels)}"
    back = f"type {said(key)}: {', '.join(found.labels)}"
    up[0].words, down[0].words = words, back
    if staying.users == found.users:
        return [Together(up, down)]
    return [Together(up[:-1], down[-1:]), Together(up[-1:], down[:-1])]


def _remade(
    dialect: Dialect,
    found: EnumType,
    labels: tuple[str, ...],
    defaults: Defaults,
    old_name: str,
) -> Iterator[Sql]:
    """A new type takes the old one's place, and the columns follow.

    :param old_name: the old one's meanwhile.
    """
    key = (found.schema, found.name)
    name, old = quoted(dialect, *key), quoted(dialect, found.schema, old_name)
    yield Sql(f"ALTER TYPE {name} RENAME TO {quoted(dialect, old_name)}")
    yield Sql(_create(dialect, key, labels))
    yield from moved(dialect, found, "text", defaults)
    yield Sql(f"DROP TYPE {old}")
