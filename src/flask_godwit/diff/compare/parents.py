"""The tables that one of PostgreSQL inherits from: columns come and go with them, not by us."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..inheritance import parents_of, parents_said
from ..names import Key, quoted, said
from .sides import sides_of


def note_parents(
    context: AutogenContext, schema: str | None, table: Table, facts: TableFacts
) -> None:
    """Say that a table does not inherit from what its model says, with what changes that."""
    sides = sides_of(context)
    option = sides.database.inherits_by
    if not option:
        return
    before, after = parents_said(facts.said.get(option)), parents_of(table, option)
    if set(before) == set(after):
        return
    key = (schema, table.name)
    statements = [_statement(context, key, "NO INHERIT", one) for one in before if one not in after]
    statements += [_statement(context, key, "INHERIT", one) for one in after if one not in before]
    sides.notes.append(
        f"{said(key)} inherits from {_words(before)} in the database, and from {_words(after)} in"
        f" the models. Write in a revision of your own: {'; '.join(statements)}"
    )


def _statement(context: AutogenContext, key: Key, verb: str, parent: Key) -> str:
    assert context.dialect is not None
    child, other = (quoted(context.dialect, name, schema) for schema, name in (key, parent))
    return f"ALTER TABLE {child} {verb} {other}"


def _words(parents: Sequence[Key]) -> str:
    return " and ".join(map(said, parents)) or "nothing"
