"""What is said of PostgreSQL's constraints, each of which may have a comment of its own."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

_COMMENTS = text(
    """
    SELECT CASE WHEN n.nspname <> current_schema() THEN n.nspname END AS schema,
        c.relname AS table, k.conname AS name, d.description
    FROM pg_description d
    JOIN pg_constraint k ON k.oid = d.objoid
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE d.classoid = CAST('pg_constraint' AS regclass)
    """
)


def constraint_comments(connection: Connection) -> Mapping[tuple[str | None, str, str], str]:
    """Those of a database, by schema, table and name."""
    return {(row.schema, row.table, row.name): row[3] for row in connection.execute(_COMMENTS)}
