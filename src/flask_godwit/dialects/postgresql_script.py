"""PostgreSQL: a script for psql."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from sqlalchemy import Connection, text

from ..retry import Limits
from .script import Script

# What the application's URL, its driver's arguments or its own listeners have set.
_SETTINGS = text(
    """
    SELECT name, current_setting(name) AS value FROM pg_settings
    WHERE source IN ('client', 'session') AND context IN ('user', 'superuser')
      AND name NOT IN ('application_name', 'client_encoding', 'lock_timeout',
        'default_transaction_read_only', 'transaction_read_only', 'transaction_isolation',
        'transaction_deferrable')
    ORDER BY name
    """
)


class PostgreSQLScript(Script):
    """Stops at the first error, and waits for locks as briefly as a run does."""

    client: ClassVar[str] = "psql"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.settings = [(row.name, row.value) for row in connection.execute(_SETTINGS)]

    def opening(self, limits: Limits, statements: Collection[str]) -> Sequence[str]:
        settings = (f"SET {name} = {_said(name, value)};" for name, value in self.settings)
        return (r"\set ON_ERROR_STOP on", "SET client_encoding = 'UTF8';", *settings)

    def begin(self, limits: Limits, statements: Sequence[str]) -> Sequence[str]:
        wanted = {"lock": limits.lock_seconds, "statement": limits.statement_seconds}
        return (
            "BEGIN;",
            *(f"SET LOCAL {n}_timeout = '{int(s * 1000)}ms';" for n, s in wanted.items() if s),
        )


def _said(name: str, value: str) -> str:
    """A setting's value; a list of names is one already."""
    if name == "search_path":
        return value or "''"
    return "'" + value.replace("'", "''") + "'"
