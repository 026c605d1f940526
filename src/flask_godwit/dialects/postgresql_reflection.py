"""What SQLAlchemy leaves out of what it reads.

That is ``MATCH FULL`` of a foreign key, and types that it has no class for.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, text
from sqlalchemy.types import NullType

from ..server_types import ServerType, without_doubts

_MARK = "_godwit_reads_match"
_TYPES_MARK = "_godwit_reads_types"
_FULL = text(
    """
    SELECT t.relname, k.conname
    FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE k.contype = 'f' AND k.confmatchtype = 'f'
        AND n.nspname = coalesce(:schema, current_schema())
    """
)


def read_match(dialect: Dialect) -> None:
    """Have a dialect reflect it."""
    if hasattr(dialect, _MARK):
        return
    reader: Any = dialect
    read = reader.get_multi_foreign_keys

    def get_multi_foreign_keys(connection: Connection, **options: Any) -> Any:
        found = dict(read(connection, **options))
        full = set(map(tuple, connection.execute(_FULL, {"schema": options.get("schema")})))
        for (_, table), keys in found.items():
            for key in keys:
                if (table, key["name"]) in full:
                    key["options"]["match"] = "FULL"
        return found.items()

    setattr(dialect, _MARK, True)
    reader.get_multi_foreign_keys = get_multi_foreign_keys


def read_types(dialect: Dialect) -> None:
    """Have a dialect reflect types that SQLAlchemy does not know."""
    if hasattr(dialect, _TYPES_MARK):
        return
    reader: Any = dialect
    read = reader._reflect_type

    def reflect_type(said: str | None, *arguments: Any, **options: Any) -> Any:
        with without_doubts():
            found = read(said, *arguments, **options)
        return ServerType(said) if said and isinstance(found, NullType) else found

    setattr(dialect, _TYPES_MARK, True)
    reader._reflect_type = reflect_type
