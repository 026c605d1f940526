"""A column that is dropped and added again: constraints on it go before and come after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from ...dialects.facts import TableFacts
from ..steps import Sql
from .exclusions import dropped_exclusions
from .keys import dropped_key
from .rewording import exchanged_in
from .standing import once
from .text import names_in
from .uniques import as_statements, complete_uniques


def keep_constraints(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Table,
    facts: TableFacts,
) -> None:
    """Have those dropped and made again that would go with their column, or hold it."""
    exchanged = exchanged_in(modify)
    if not exchanged:
        return
    known = {_name(operation) for operation in modify.ops}
    complete_uniques(found, facts)
    standing = _standing(context, schema, found, facts, exchanged)
    first = [drop for drop in standing if _name(drop) not in known]
    again = [drop.reverse() for drop in first]
    as_statements(context, first)
    as_statements(context, again)
    modify.ops[:] = [*first, *modify.ops, *reversed(again)]


def _standing(
    context: AutogenContext,
    schema: str | None,
    found: Table,
    facts: TableFacts,
    columns: set[str],
) -> Iterator[ops.MigrateOperation]:
    """What drops each of them."""
    for key in once(found, ForeignKeyConstraint):
        if columns & {*key.column_keys}:
            yield ops.CreateForeignKeyOp.from_constraint(key).reverse()
    for unique in once(found, UniqueConstraint):
        if columns & {*unique.columns.keys()}:
            yield ops.CreateUniqueConstraintOp.from_constraint(unique).reverse()
    for drop in dropped_exclusions(context, schema, found, facts):
        if isinstance(drop, Sql) and columns & names_in(drop.down):
            yield drop
    if columns & {column.name for column in found.primary_key}:
        yield dropped_key(found, schema)


def _name(operation: Any) -> str:
    """What tells a constraint from others, whether it is dropped or made."""
    if isinstance(operation, Sql):
        return min(operation.statement, operation.down)
    name = getattr(operation, "constraint_name", None)
    if name is not None:
        return str(name)
    # SQLite keeps constraints without a name: they are known by what they are.
    made: Any = operation._reverse if isinstance(operation, ops.DropConstraintOp) else operation
    columns: Any = getattr(made, "local_cols", None) or getattr(made, "columns", ())
    return f"{type(made).__name__} {[str(getattr(each, 'name', each)) for each in columns]}"
