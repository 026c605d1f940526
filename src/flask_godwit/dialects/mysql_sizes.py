"""Rows and bytes of tables, as MySQL and MariaDB estimate them, and what slows their changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, text

from .mysql_locks import TRAITS

# A name in a query, not a list of names: MariaDB opens every table of the server otherwise.
_SIZE = text(
    """
    SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */
        coalesce(table_rows, 0), coalesce(data_length, 0) + coalesce(index_length, 0)
    FROM information_schema.tables
    WHERE table_schema = coalesce(:schema, database()) AND table_name = :table
      AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
    """
)
_TRAITS = text(
    """
    SELECT t.engine <> 'InnoDB', t.row_format = 'Compressed',
        EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = coalesce(:schema, database()) AND table_name = :table
              AND index_type = 'FULLTEXT'),
        EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = coalesce(:schema, database()) AND table_name = :table
              AND index_type = 'SPATIAL'),
        EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = coalesce(:schema, database()) AND table_name = :table
              AND extra LIKE '%STORED GENERATED%'),
        EXISTS (SELECT 1 FROM information_schema.columns c
            JOIN information_schema.statistics s ON s.column_name = c.column_name
            WHERE c.table_schema = coalesce(:schema, database()) AND c.table_name = :table
              AND s.table_schema = coalesce(:schema, database()) AND s.table_name = :table
              AND c.extra LIKE '%VIRTUAL GENERATED%')
    FROM information_schema.tables t
    WHERE t.table_schema = coalesce(:schema, database()) AND t.table_name = :table
      AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
    """
)


def sizes(connection: Connection, tables: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """The sizes of those tables that there are."""
    found = ((name, row) for name, row in _of_each(connection, tables, _SIZE))
    return {name: (int(row[0]), int(row[1])) for name, row in found}


def traits(connection: Connection, tables: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Which of :data:`TRAITS` tables have."""
    return {
        name: frozenset(word for word, has in zip(TRAITS, row, strict=True) if has)
        for name, row in _of_each(connection, tables, _TRAITS)
    }


def _of_each(
    connection: Connection, tables: Collection[str], query: TextClause
) -> Iterator[tuple[str, Sequence[Any]]]:
    """What a query says of each table that is there."""
    for name in tables:
        schema, _, table = name.rpartition(".")
        row = connection.execute(query, {"schema": schema or None, "table": table}).one_or_none()
        if row is not None:
            yield name, row
