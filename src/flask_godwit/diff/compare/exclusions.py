"""Exclusion constraints, as the server writes them down: Alembic doesn't compare them."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..names import quoted, said
from ..steps import Sql
from .sides import sides_of

_KIND = "exclude_constraint"


def compare_exclusions(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> None:
    """Add the statements that give a table the exclusion constraints of its model."""
    declared = any(each.__visit_name__ == _KIND for each in table.constraints)
    if not declared and not facts.exclusions:
        return
    twin = sides_of(context).twin(table)
    if twin is None:
        return
    gone = facts.exclusions.items() - twin.exclusions.items()
    new = twin.exclusions.items() - facts.exclusions.items()
    added = [_added(context, schema, table, *each) for each in sorted(new)]
    removed = [_added(context, schema, table, *each).reverse() for each in sorted(gone)]
    modify.ops[:] = [*removed, *modify.ops, *added]


def dropped_exclusions(
    context: AutogenContext, schema: str | None, table: Table, facts: TableFacts
) -> list[ops.MigrateOperation]:
    """What drops those of a table before that goes, and makes them when it comes back."""
    there = sorted(facts.exclusions.items())
    return [_added(context, schema, table, *each).reverse() for each in there]


def _added(
    context: AutogenContext, schema: str | None, table: Table, name: str, definition: str
) -> Sql:
    assert context.dialect is not None
    alter = f"ALTER TABLE {quoted(context.dialect, schema, table.name)}"
    label = quoted(context.dialect, name)
    what = f"exclusion {name} on {said((schema, table.name))}"
    return Sql(
        f"{alter} ADD CONSTRAINT {label} {definition}",
        f"{alter} DROP CONSTRAINT {label}",
        words=f"add {what}",
        back=f"drop {what}",
    )
