"""``ON CONFLICT`` of SQLite's primary keys and of NOT NULL, of which nobody else reads.

``op.alter_column()`` takes it by the name that SQLAlchemy's columns have for it: that of a key on
any of its columns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, PrimaryKeyConstraint, Table

from ...dialects.facts import TableFacts
from ...sqlite import ON_KEY, ON_NULL
from ..key_order import key_columns
from ..names import Key, said

ON_CONFLICT = {ON_NULL: "NOT NULL", ON_KEY: "PRIMARY KEY"}


def conflict_words(what: str, how: str | None) -> str:
    """Such as ``NOT NULL ON CONFLICT IGNORE``."""
    return f"{what} ON CONFLICT {how}" if how else f"{what} without ON CONFLICT"


class Conflict(ops.MigrateOperation):
    """``op.alter_column(…, sqlite_on_conflict_…=…)``.

    :param option: what it is said by.
    """

    def __init__(self, key: Key, column: Column[Any], option: str, before: str, after: str) -> None:
        self.column = column
        self.schema, self.table_name = key
        self.option = option
        self.before = before
        self.after = after

    @property
    def words(self) -> str:
        """Such as ``t.a: NOT NULL ON CONFLICT IGNORE``."""
        place = said((self.schema, self.table_name), self.column.name)
        return f"{place}: {conflict_words(ON_CONFLICT[self.option], self.after)}"

    def reverse(self) -> Conflict:
        key = (self.schema, self.table_name)
        return Conflict(key, self.column, self.option, self.after, self.before)


def compare_key_conflicts(
    modify: ops.ModifyTableOps, found: Table, table: Table, facts: TableFacts
) -> None:
    """Add what says them anew: first what is no longer said, last what is said from now on."""
    if facts.conflicts is None:
        return
    key: Key = (modify.schema, modify.table_name)
    steps = [*_nulls(key, found, table, facts), *_keys(key, found, table, facts)]
    modify.ops[:] = [
        *(step for step in steps if not step.after),
        *modify.ops,
        *(step for step in steps if step.after),
    ]


def complete_key_conflict(found: Table, facts: TableFacts) -> None:
    """Let a table that was read know that of its key."""
    columns = list(found.primary_key.columns)
    if facts.key_conflict and len(columns) == 1:
        columns[0].kwargs[ON_KEY] = facts.key_conflict  # AUTOINCREMENT stands with the column
    elif facts.key_conflict:
        found.primary_key.kwargs["sqlite_on_conflict"] = facts.key_conflict


def complete_null_conflicts(found: Table, facts: TableFacts, names: Collection[str]) -> None:
    """Let columns that were read know theirs."""
    for column in found.columns:
        actual = facts.columns.get(column.name)
        if column.name in names and actual is not None and actual.null_conflict:
            column.kwargs[ON_NULL] = actual.null_conflict


def for_filled(key: Key, column: Column[Any]) -> Iterator[Conflict]:
    """What says it of a column that is NOT NULL only when its rows have values."""
    wanted = _on_null(column)
    if wanted:
        yield Conflict(key, column, ON_NULL, "", wanted)


def _nulls(key: Key, found: Table, table: Table, facts: TableFacts) -> Iterator[Conflict]:
    for column in table.columns:
        actual = facts.columns.get(column.name)
        if actual is None or column.name not in found.columns:
            continue
        wanted = _on_null(column)
        if wanted != actual.null_conflict:
            yield Conflict(key, column, ON_NULL, actual.null_conflict, wanted)


def _keys(key: Key, found: Table, table: Table, facts: TableFacts) -> Iterator[Conflict]:
    before, after = list(found.primary_key.columns), key_columns(table.primary_key)
    wanted, actual = _on_key(table.primary_key), facts.key_conflict
    if [column.name for column in before] == [column.name for column in after]:
        if wanted != actual:
            yield Conflict(key, after[0], ON_KEY, actual, wanted)
        return
    # Another key is a new one, and says nothing at first.
    if actual:
        yield Conflict(key, before[0], ON_KEY, actual, "")
    if wanted:
        yield Conflict(key, after[0], ON_KEY, "", wanted)


def _on_null(column: Column[Any]) -> str:
    wanted = column.dialect_options["sqlite"]["on_conflict_not_null"]
    return "" if column.nullable else str(wanted or "").upper()


def _on_key(key: PrimaryKeyConstraint) -> str:
    """As SQLAlchemy finds it when it makes a table: one on a single column may leave it to that."""
    wanted = key.dialect_options["sqlite"]["on_conflict"]
    if wanted is None and len(key.columns) == 1:
        wanted = next(iter(key.columns)).dialect_options["sqlite"]["on_conflict_primary_key"]
    return str(wanted or "").upper()


@render.renderers.dispatch_for(Conflict)
def _render(context: AutogenContext, op: Conflict) -> str:
    if context._has_batch:
        prefix, table, schema = "batch_op.", "", ""
    else:
        prefix, table = context.opts["alembic_module_prefix"] or "", f"{op.table_name!r}, "
        schema = f", schema={op.schema!r}" if op.schema else ""
    type_ = render._repr_type(op.column.type, context)
    return (
        f"{prefix}alter_column({table}{str(op.column.name)!r}, existing_type={type_},"
        f" {op.option}={op.after or None!r}{schema})"
    )
