"""What PostgreSQL gives a table as a whole: its storage parameters, ``WITH (fillfactor = 70)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table

from .table_options import OptionAnswers

_WITH = "postgresql_with"


def options_in(stored: Sequence[str] | None) -> dict[str, str]:
    """Those of ``pg_class.reloptions``, by name in capitals."""
    pairs = (option.partition("=") for option in stored or ())
    return {name.upper(): value for name, _, value in pairs}


class PostgreSQLOptions(OptionAnswers):
    """The answers of PostgreSQL."""

    def said_options(self, table: Table) -> Mapping[str, str]:
        return {
            name.upper(): _said(value) for name, value in (table.kwargs.get(_WITH) or {}).items()
        }

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
        changed = {name.lower(): v for name, v in after.items() if v != before.get(name, "")}
        given = ", ".join(f"{name} = {value}" for name, value in changed.items() if value)
        gone = ", ".join(name for name, value in changed.items() if not value)
        parts = [f"SET ({given})" if given else "", f"RESET ({gone})" if gone else ""]
        return f"ALTER TABLE {table} {', '.join(filter(None, parts))}"


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
