"""What a table as a whole is given: engine, character set, format of its rows."""

from __future__ import annotations

from collections.abc import Mapping

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Table

from ...dialects.facts import TableFacts
from ..names import quoted
from ..names import said as place
from ..steps import Sql
from .persistence import UNLOGGED
from .sides import sides_of


def compare_options(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> None:
    """Add the statement that gives a table the options of its model, before all others."""
    sides = sides_of(context)
    wanted = sides.wanted_options(table)
    if not wanted or all(_same(facts.options.get(n), v) for n, v in wanted.items()):
        return
    twin = sides.twin(table)
    if twin is None:
        return
    after = sides.database.settled_options(wanted, twin.options)
    before = {name: value for name, value in facts.options.items() if name in after}
    before |= {name: sides.usual.get(name, "") for name in after if name not in before}
    if all(_same(before[name], value) for name, value in after.items()):
        return
    assert context.dialect is not None
    dialect, change = context.dialect, sides.database.change_options
    name = quoted(dialect, schema, table.name)
    there, back = (
        {quoted(dialect, column): str(facts.columns[column].definition) for column in columns}
        for columns in (_following(facts, twin), _following(facts, facts))
    )
    where = place((schema, table.name))
    statement = Sql(
        change(name, before, after, there),
        change(name, after, before, back),
        words=f"{where}: {_words(after, before)}",
        back=f"{where}: {_words(before, after)}",
    )
    statement.retyped = _following(facts, twin)
    if not _same(before.get(UNLOGGED, ""), after.get(UNLOGGED, "")):
        statement.persists = not after.get(UNLOGGED)
    modify.ops.insert(0, statement)


def _same(found: str | None, wanted: str) -> bool:
    return found is not None and found.lower() == wanted.lower()


def _following(facts: TableFacts, other: TableFacts) -> list[str]:
    """The columns that take on what is the table's, on both sides."""
    return [
        name
        for name, column in facts.columns.items()
        if column.definition is not None
        and column.collation is None
        and name in other.columns
        and other.columns[name].collation is None
    ]


def _words(options: Mapping[str, str], others: Mapping[str, str]) -> str:
    changed = {name: value for name, value in options.items() if not _same(others[name], value)}
    spoken = ((name.lower().replace("_", " "), value) for name, value in changed.items())
    return ", ".join(f"{name} {value}" if value else f"no {name}" for name, value in spoken)
