"""What SQLAlchemy leaves out of foreign keys that it reads, added by whoever knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

Complete = Callable[[Connection, str, str | None, list[dict[str, Any]], dict[str, Any]], None]
"""Given a connection, table, schema, the keys that were found, and the options of the question."""

_MARK = "_godwit_completes_foreign_keys"


def complete_foreign_keys(dialect: Any, complete: Complete) -> None:
    """Have all foreign keys that a dialect reflects completed from now on."""
    if hasattr(dialect, _MARK):
        return
    read = dialect.get_foreign_keys

    def get_foreign_keys(
        connection: Connection, table_name: str, schema: str | None = None, **options: Any
    ) -> Any:
        found = read(connection, table_name, schema, **options)
        complete(connection, table_name, schema, found, options)
        return found

    setattr(dialect, _MARK, True)
    dialect.get_foreign_keys = get_foreign_keys
