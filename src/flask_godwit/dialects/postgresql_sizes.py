"""PostgreSQL: how large tables are, which have a partition for the rest, and what is unproved."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

from .base import Columns, Size

_SIZES = text(
    """
    SELECT given.name, pg_total_relation_size(c.oid) AS bytes,
        (pg_relation_size(c.oid) / 8192.0) * CASE WHEN c.relpages > 0 AND c.reltuples >= 0
            THEN c.reltuples / c.relpages ELSE 80 END AS rows
    FROM unnest(CAST(:names AS text[]), CAST(:said AS text[]), CAST(:quoted AS text[]))
        AS given (name, said, quoted)
    JOIN pg_class c ON c.oid = coalesce(to_regclass(given.said), to_regclass(given.quoted))
        AND c.relkind IN ('r', 'm')
    """
)
_WITH_DEFAULT = text(
    """
    SELECT given.name
    FROM unnest(CAST(:names AS text[]), CAST(:said AS text[]), CAST(:quoted AS text[]))
        AS given (name, said, quoted)
    JOIN pg_partitioned_table p ON p.partdefid <> 0
        AND p.partrelid = coalesce(to_regclass(given.said), to_regclass(given.quoted))
    """
)
_UNPROVED = text(
    """
    SELECT given.name, a.attname
    FROM unnest(CAST(:names AS text[]), CAST(:said AS text[]), CAST(:quoted AS text[]))
        AS given (name, said, quoted)
    JOIN pg_constraint k ON k.contype = 'n' AND NOT k.convalidated
        AND k.conrelid = coalesce(to_regclass(given.said), to_regclass(given.quoted))
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    """
)
_SPOKEN = re.compile(r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)(?:\.(?:"(?:[^"]|"")+"|[^\W\d][\w$]*))?')


def sizes(connection: Connection, tables: Collection[str]) -> Mapping[str, Size]:
    """Rows and bytes of tables, as the server's statistics say."""
    found = connection.execute(_SIZES, _in_both_ways(tables))
    return {row.name: (int(row.rows), int(row.bytes)) for row in found}


def with_default_partition(connection: Connection, tables: Collection[str]) -> Collection[str]:
    """Those of some tables that have a DEFAULT partition, which came with PostgreSQL 11."""
    version = connection.dialect.server_version_info or ()
    if not tables or version < (11,):
        return ()
    return frozenset(map(str, connection.scalars(_WITH_DEFAULT, _in_both_ways(tables))))


def may_hold_nulls(connection: Connection, tables: Collection[str]) -> Columns:
    """Columns whose NOT NULL is NOT VALID, which came with PostgreSQL 18."""
    version = connection.dialect.server_version_info or ()
    if not tables or version < (18,):
        return ()
    found = connection.execute(_UNPROVED, _in_both_ways(tables))
    return [(str(table), str(column)) for table, column in found]


def _in_both_ways(tables: Collection[str]) -> dict[str, list[str]]:
    """Names as the server reads them, and in quotes: a plan knows them without."""
    quoted = [
        ".".join('"' + part.replace('"', '""') + '"' for part in name.split(".")) for name in tables
    ]
    pairs = zip(tables, quoted, strict=True)
    said = [name if _SPOKEN.fullmatch(name) else other for name, other in pairs]
    # What is in quotes already is not asked for once more.
    others = [
        one if '"' in name else two for name, one, two in zip(tables, said, quoted, strict=True)
    ]
    return {"names": list(tables), "said": said, "quoted": others}
