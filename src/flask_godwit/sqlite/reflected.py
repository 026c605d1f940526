"""Alembic's own way, for tables that we can't read or that the script describes itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .alter import Operation, refuse_breakage, refuse_losses
from .inventory import Fact, inventory_of
from .rebuild import put_back, restore_counter
from .schema import Schema, Stored
from .tokens import folded

_KEPT = ("trigger", "view", "index", "rows")
"""What a rebuild keeps in any case. What columns and keys become, the script has said."""


def by_reflection(
    schema: Schema, table: str, operations: Sequence[Operation], flush: Callable[[], None]
) -> None:
    """Let Alembic change a table, and put back what it loses of what stands beside the table.

    :raises RebuildRefused: something is missing afterwards.
    """
    if not schema.table_sql(table):
        flush()  # which says that there is no such table
        return
    with schema.all_or_nothing():
        _flush_and_compare(schema, table, operations, flush)


def _flush_and_compare(
    schema: Schema, table: str, operations: Sequence[Operation], flush: Callable[[], None]
) -> None:
    schema.drop_leftover(table)
    before, trouble, broken = (
        inventory_of(schema, table),
        schema.trouble(table),
        schema.broken_views(),
    )
    counter = schema.counter(table)
    dropped = {args[0].name for name, args, _ in operations if name == "drop_index"}
    gone = {args[1].name for name, args, _ in operations if name == "drop_column"}
    kept = [o for o in schema.of_table(table) if not _is_lost(schema, o, dropped, gone)]
    with schema.switched("legacy_alter_table", 1):
        flush()
    put_back(schema, kept)
    if "AUTOINCREMENT" in schema.table_sql(table).upper():
        restore_counter(schema, table, counter)
    lost = {o.name for o in schema.of_table(table)} - {o.name for o in kept} | dropped

    def excused(fact: Fact) -> bool:
        kind = fact.kind.partition(" ")[0]
        return kind not in _KEPT or (kind == "index" and (fact.what in lost or not _in(kept, fact)))

    refuse_losses(table, before, inventory_of(schema, table), excused)
    refuse_breakage(schema, table, trouble, broken)


def _is_lost(schema: Schema, stored: Stored, dropped: set[Any], columns: set[str]) -> bool:
    """An index that is dropped, or that goes with its column."""
    if stored.type != "index":
        return False
    indexed = {folded(row[2]) for row in schema.pragma("index_info", stored.name) if row[2]}
    return stored.name in dropped or bool(indexed & {folded(column) for column in columns})


def _in(kept: Sequence[Stored], fact: Fact) -> bool:
    return any(stored.name == fact.what for stored in kept)
