"""A column that only the way back drops and adds: what stands on it comes back with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from ...dialects.facts import TableFacts
from ..steps import Together
from .checks import dropped_check
from .indexes import dropped_index
from .rewording import exchanged_in
from .text import names_in
from .uniques import as_statements

_DROPS = (ops.DropIndexOp, ops.DropConstraintOp)


def stand_again(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Table,
    facts: TableFacts,
) -> None:
    """Have indexes and constraints made again that the upgrade leaves alone."""
    together = [op for op in modify.ops if isinstance(op, Together)]
    exchanges = [(op, gone) for op in together if (gone := _gone_on_the_way_back(op))]
    if not exchanges:
        return
    # On the way back, they are made when the column is there again.
    drops = [op for op in modify.ops if isinstance(op, _DROPS)]
    modify.ops[:] = [*drops, *(op for op in modify.ops if op not in drops)]
    known = {_name(op) for op in drops}
    for exchange, columns in exchanges:
        standing = _standing_on(columns, schema, found, facts)
        again = [op for op in standing if _name(op) not in known]
        as_statements(context, again)
        exchange.down += again


def _gone_on_the_way_back(operation: Together) -> set[str]:
    there, back = (ops.ModifyTableOps("", each) for each in (operation.ops, operation.down))
    return exchanged_in(back) - exchanged_in(there)


def _standing_on(
    columns: set[str], schema: str | None, found: Table, facts: TableFacts
) -> Iterator[ops.MigrateOperation]:
    for name, text in facts.indexes.items():
        if columns & names_in(text):
            yield dropped_index(schema, found.name, name, text).reverse()
    for constraint in once(found, UniqueConstraint):
        if columns & {*constraint.columns.keys()}:
            yield ops.CreateUniqueConstraintOp.from_constraint(constraint)
    for check, text in facts.checks:
        if columns & names_in(text):
            yield dropped_check(schema, found, check, text).reverse()
    for key in once(found, ForeignKeyConstraint):
        if columns & {*key.column_keys}:
            yield ops.CreateForeignKeyOp.from_constraint(key)


def once(found: Table, kind: type[Any]) -> list[Any]:
    """The constraints of a kind: Alembic adds those that it reads to what SQLAlchemy has read.

    Of two, the one that has been completed is taken. Those without a name differ in their columns.
    """
    all_of_them = [each for each in found.constraints if isinstance(each, kind)]
    all_of_them.sort(key=lambda each: (str(each.name), len(each.kwargs)))
    return list({(each.name or tuple(each.columns.keys())): each for each in all_of_them}.values())


def _name(operation: Any) -> str:
    return str(getattr(operation, "index_name", None) or operation.constraint_name)
