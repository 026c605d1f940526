"""What PostgreSQL gives a table as a whole: ``UNLOGGED``, ``WITH (fillfactor = 70)``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from sqlalchemy import Connection, Table, text

from .table_options import OptionAnswers

_WITH = "postgresql_with"
_UNLOGGED = "UNLOGGED"
_CHECKED_LATE = text(
    """
    SELECT DISTINCT nullif(n.nspname, current_schema()) AS schema, t.relname AS name
    FROM pg_constraint c
    JOIN pg_class t ON t.oid IN (c.conrelid, c.confrelid)
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE c.condeferred
    """
)


def options_in(stored: Sequence[str] | None, *, unlogged: bool) -> dict[str, str]:
    """Those of ``pg_class.reloptions``, by name in capitals, and whether a crash empties it."""
    pairs = (option.partition("=") for option in stored or ())
    found = {name.upper(): value for name, _, value in pairs}
    return {**found, _UNLOGGED: "on"} if unlogged else found


class PostgreSQLOptions(OptionAnswers):
    """The answers of PostgreSQL."""

    check_at_once: ClassVar[str] = "SET CONSTRAINTS ALL IMMEDIATE"
    inherits_by: ClassVar[str] = "postgresql_inherits"
    partitioned_by: ClassVar[str] = "postgresql_partition_by"

    def checked_late(self, connection: Connection) -> Collection[tuple[str | None, str]]:
        return [(row.schema, row.name) for row in connection.execute(_CHECKED_LATE)]

    def said_options(self, table: Table) -> Mapping[str, str]:
        given = table.kwargs.get(_WITH) or {}
        said = {name.upper(): _said(value) for name, value in given.items()}
        is_unlogged = _UNLOGGED in (str(prefix).upper() for prefix in table._prefixes)
        return {**said, _UNLOGGED: "on"} if is_unlogged else said

    def settled_options(
        self, wanted: Mapping[str, str], made: Mapping[str, str]
    ) -> Mapping[str, str]:
        return {name: made.get(name, value) for name, value in wanted.items()}

    def change_options(
        self,
        table: str,
        before: Mapping[str, str],
        after: Mapping[str, str],
        columns: Mapping[str, str],
    ) -> str:
        changed = {name for name, value in after.items() if value != before.get(name, "")}
        is_logged = {"on": "SET UNLOGGED", "": "SET LOGGED"}[after.get(_UNLOGGED, "")]
        logging = is_logged if _UNLOGGED in changed else ""
        stored = {name.lower(): v for name, v in after.items() if name != _UNLOGGED}
        # All of them, so that they stand in the order of the model, too.
        given = ", ".join(f"{name} = {value}" for name, value in stored.items() if value)
        gone = ", ".join(name for name in stored if not stored[name] and name.upper() in changed)
        parts = [logging, f"SET ({given})" if given else "", f"RESET ({gone})" if gone else ""]
        return f"ALTER TABLE {table} {', '.join(filter(None, parts))}"


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
