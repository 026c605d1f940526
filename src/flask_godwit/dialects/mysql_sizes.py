"""Rows and bytes of tables, as MySQL and MariaDB estimate them, and what slows their changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, text

from .mysql_locks import TRAITS

_QUERY = text(
    """
    SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */
        CASE WHEN table_schema = database() THEN table_name
            ELSE concat(table_schema, '.', table_name) END AS name,
        coalesce(table_rows, 0) AS table_rows,
        coalesce(data_length, 0) + coalesce(index_length, 0) AS bytes
    FROM information_schema.tables
    WHERE table_name IN :names AND table_type = 'BASE TABLE'
    """
).bindparams(bindparam("names", expanding=True))

_TRAITS = text(
    """
    SELECT CASE WHEN t.table_schema = database() THEN t.table_name
            ELSE concat(t.table_schema, '.', t.table_name) END AS name,
        t.engine <> 'InnoDB' AS is_other, t.row_format = 'Compressed' AS is_compressed,
        EXISTS (SELECT 1 FROM information_schema.statistics s
            WHERE s.table_schema = t.table_schema AND s.table_name = t.table_name
              AND s.index_type = 'FULLTEXT') AS has_fulltext,
        EXISTS (SELECT 1 FROM information_schema.statistics s
            WHERE s.table_schema = t.table_schema AND s.table_name = t.table_name
              AND s.index_type = 'SPATIAL') AS has_spatial,
        EXISTS (SELECT 1 FROM information_schema.columns c
            WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name
              AND c.extra LIKE '%STORED GENERATED%') AS has_stored,
        EXISTS (SELECT 1 FROM information_schema.columns c
            JOIN information_schema.statistics s ON s.table_schema = c.table_schema
              AND s.table_name = c.table_name AND s.column_name = c.column_name
            WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name
              AND c.extra LIKE '%VIRTUAL GENERATED%') AS has_indexed
    FROM information_schema.tables t
    WHERE t.table_name IN :names AND t.table_type = 'BASE TABLE'
    """
).bindparams(bindparam("names", expanding=True))


def sizes(connection: Connection, tables: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """The sizes of those tables that there are."""
    if not tables:
        return {}
    short = [name.rpartition(".")[2] for name in tables]
    rows = connection.execute(_QUERY, {"names": short}).all()
    found = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    return {name: size for name, size in found.items() if name in tables}


def traits(connection: Connection, tables: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Which of :data:`TRAITS` tables have."""
    if not tables:
        return {}
    short = [name.rpartition(".")[2] for name in tables]
    rows = connection.execute(_TRAITS, {"names": short}).all()
    return {
        str(name): frozenset(word for word, has in zip(TRAITS, given, strict=True) if has)
        for name, *given in rows
    }
