"""Exclusion constraints, as the server writes them down: Alembic doesn't compare them."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..names import quoted, said
from ..steps import Sql
from .renamed import renaming
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
    gone = dict(sorted(facts.exclusions.items() - twin.exclusions.items()))
    new = dict(sorted(twin.exclusions.items() - facts.exclusions.items()))
    renamed = [
        renaming(context, (schema, table.name), "ex", old, name)
        for old, name in _only_renamed(gone, new)
    ]
    added = [_added(context, schema, table, *each) for each in new.items()]
    removed = [_added(context, schema, table, *each).reverse() for each in gone.items()]
    modify.ops[:] = [*removed, *filter(None, renamed), *modify.ops, *added]


def _only_renamed(gone: dict[str, str], new: dict[str, str]) -> list[tuple[str, str]]:
    """Take what differs in nothing but the name out of both."""
    found = []
    for name, definition in list(new.items()):
        old = next((n for n, d in gone.items() if d == definition and n not in new), None)
        if old is not None and name not in gone:
            found.append((old, name))
            del gone[old], new[name]
    return found


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
    sql = Sql(
        f"{alter} ADD CONSTRAINT {label} {definition}",
        f"{alter} DROP CONSTRAINT {label}",
        words=f"add {what}",
        back=f"drop {what}",
    )
    sql.named = ("ex", (schema, table.name), "", name)
    return sql
