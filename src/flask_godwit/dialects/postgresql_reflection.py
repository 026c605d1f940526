"""What SQLAlchemy leaves out of what it reads, or reads as something else.

That is ``MATCH FULL`` of a foreign key, and types that it has no class for. And it takes the
default and the NOT NULL of a domain for those of the column, and the copies of a foreign key, which
a partition of its target has, for other ones.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, text
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.types import NullType

from ..server_types import ServerType, without_doubts

_MARK = "_godwit_reads_foreign_keys"
_TYPES_MARK = "_godwit_reads_types"
_COLUMNS_MARK = "_godwit_reads_columns"
_OWN = text(
    """
    SELECT c.relname AS table, a.attname AS name, a.attnotnull AS not_null,
        CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND n.nspname = coalesce(:schema, current_schema())
    """
)


# A foreign key to a partitioned table has copies, to each of the partitions.
_SPECIAL = text(
    """
    SELECT t.relname AS table, k.conname AS name, k.confmatchtype = 'f' AS is_full,
        p.oid IS NOT NULL AS is_copy
    FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_constraint p ON p.oid = k.conparentid AND p.conrelid = k.conrelid
    WHERE k.contype = 'f' AND n.nspname = coalesce(:schema, current_schema())
        AND (k.confmatchtype = 'f' OR p.oid IS NOT NULL)
    """
)


def read_foreign_keys(dialect: Dialect) -> None:
    """Have a dialect reflect how they match, and those only that somebody made."""
    if hasattr(dialect, _MARK):
        return
    reader: Any = dialect
    read = reader.get_multi_foreign_keys

    def get_multi_foreign_keys(connection: Connection, **options: Any) -> Any:
        found = dict(read(connection, **options))
        rows = connection.execute(_SPECIAL, {"schema": options.get("schema")}).all()
        full = {(row.table, row.name) for row in rows if row.is_full}
        copies = {(row.table, row.name) for row in rows if row.is_copy}
        for (_, table), keys in found.items():
            keys[:] = [key for key in keys if (table, key["name"]) not in copies]
            for key in keys:
                if (table, key["name"]) in full:
                    key["options"]["match"] = "FULL"
        return found.items()

    setattr(dialect, _MARK, True)
    reader.get_multi_foreign_keys = get_multi_foreign_keys


def read_columns(dialect: Dialect) -> None:
    """Have a dialect reflect what a column says itself, be it of a domain or not."""
    if hasattr(dialect, _COLUMNS_MARK):
        return
    reader: Any = dialect
    read = reader.get_multi_columns

    def get_multi_columns(connection: Connection, **options: Any) -> Any:
        found = dict(read(connection, **options))
        of_domains = [
            (table, column)
            for (_, table), columns in found.items()
            for column in columns
            if isinstance(column["type"], DOMAIN)
        ]
        own: dict[tuple[str, str], Any] = {}
        if of_domains:
            rows = connection.execute(_OWN, {"schema": options.get("schema")})
            own = {(row.table, row.name): row for row in rows}
        for table, column in of_domains:
            if said := own.get((table, column["name"])):
                column["default"], column["nullable"] = said.default, not said.not_null
        return found.items()

    setattr(dialect, _COLUMNS_MARK, True)
    reader.get_multi_columns = get_multi_columns


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
