"""How PostgreSQL's tables are partitioned: no statement gives a table another way of that."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..names import said
from .sides import sides_of


def note_partition_key(
    context: AutogenContext, schema: str | None, table: Table, facts: TableFacts
) -> None:
    """Say that a table is not partitioned as its model is, since no script can bring that along."""
    sides = sides_of(context)
    option = sides.database.partitioned_by
    before, given = facts.said.get(option), table.kwargs.get(option) if option else None
    if not (before or given):
        return
    twin = sides.twin(table)
    after = twin.said.get(option) if twin else given
    # What the server refuses to make it has not put in its own words, either.
    if before == after or (twin is None and before and after):
        return
    place = said((schema, table.name))
    sides.notes.append(
        f"{place} is {_words(before)} in the database, and {_words(after)} in the models."
        f" {sides.database.name} can't change that. In a revision of your own, give {place} another"
        " name, make the table anew, copy its rows, and drop the old one."
    )


def _words(key: str | None) -> str:
    return f"PARTITION BY {key}" if key else "not partitioned"
