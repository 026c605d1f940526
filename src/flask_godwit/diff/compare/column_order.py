"""Unique constraints whose columns stand in another order: Alembic compares them as a set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.sql.elements import conv

from .names import final_name


def compare_order(
    context: AutogenContext, modify: ops.ModifyTableOps, found: Table, table: Table
) -> None:
    """Make a constraint anew: in another order it answers other queries."""
    declared = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    if not declared:
        return
    seen = {
        op.constraint_name
        for op in modify.ops
        if isinstance(op, ops.DropConstraintOp | ops.CreateUniqueConstraintOp)
    }
    reflected = context.inspector.get_unique_constraints(found.name, schema=found.schema)
    there = [
        (each["name"], list(each["column_names"]))
        for each in reflected
        if each["name"] is None or each["name"] not in seen
    ]
    named = {_name(context, each): each for each in declared if each.name}
    by_name = {name: columns for name, columns in there if name in named}
    modify.ops += _named(context, modify, named, by_name)
    unnamed = {tuple(_columns(each)): each for each in declared if not each.name}
    others = {tuple(columns): name for name, columns in there if name not in named}
    modify.ops += _unnamed(context, modify, unnamed, others)


def _named(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    declared: Mapping[str | None, UniqueConstraint],
    there: Mapping[str | None, list[str]],
) -> Iterator[ops.MigrateOperation]:
    for name in sorted(map(str, there.keys() & declared.keys())):
        before, constraint = there[name], declared[name]
        after = _columns(constraint)
        if before == after or sorted(before) != sorted(after):
            continue
        if _is_wanted(context, constraint, name):
            create = ops.CreateUniqueConstraintOp.from_constraint(constraint)
            yield _drop(modify, name, before, create.kw)
            yield create


def _unnamed(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    declared: Mapping[tuple[str, ...], UniqueConstraint],
    there: Mapping[tuple[str, ...], str | None],
) -> Iterator[ops.MigrateOperation]:
    """One that has no name in the database is gone already, see :mod:`.nameless`."""
    wanted, found = ({tuple(sorted(columns)) for columns in side} for side in (declared, there))
    for columns, name in sorted(there.items(), key=str):
        if name is not None and columns not in declared and tuple(sorted(columns)) in wanted:
            yield _drop(modify, name, list(columns), {})
    for columns, constraint in sorted(declared.items(), key=lambda each: each[0]):
        is_known = columns not in there and tuple(sorted(columns)) in found
        if is_known and _is_wanted(context, constraint, None):
            yield ops.CreateUniqueConstraintOp.from_constraint(constraint)


def _is_wanted(context: AutogenContext, constraint: UniqueConstraint, name: str | None) -> bool:
    kind: Any = "unique_constraint"
    return context.run_object_filters(constraint, name, kind, False, None)


def _drop(
    modify: ops.ModifyTableOps, name: str, columns: list[str], options: Any
) -> ops.DropConstraintOp:
    table, schema = modify.table_name, modify.schema
    reverse = ops.CreateUniqueConstraintOp(conv(name), table, columns, schema=schema, **options)
    return ops.DropConstraintOp(conv(name), table, type_="unique", schema=schema, _reverse=reverse)


def _name(context: AutogenContext, constraint: UniqueConstraint) -> str | None:
    assert context.dialect is not None
    return final_name(context.dialect, constraint)


def _columns(constraint: UniqueConstraint) -> list[str]:
    return [column.name for column in constraint.columns]
