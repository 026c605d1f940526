"""The columns that use PostgreSQL's types with a name of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .facts import Place

DIVIDES = """
    c.relkind = 'p' AND EXISTS (SELECT FROM pg_depend p WHERE p.deptype = 'i'
        AND p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.objsubid = a.attnum
        AND p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid AND p.refobjsubid = 0)
"""
"""Whether a column is in the partition key of its table, be it in an expression or not."""
_COLUMNS = """
    SELECT CASE WHEN tn.nspname <> current_schema() THEN tn.nspname END AS type_schema,
        t.typname AS type, CASE WHEN n.nspname <> current_schema() THEN n.nspname END AS schema,
        c.relname AS table, a.attname AS column, x.oid <> t.oid AS is_array,
        CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default,
        a.attgenerated <> '' OR c.relkind NOT IN ('r', 'p', 'f') AS derived,
        a.attinhcount > 0 AS inherited, {divides} AS divides
    FROM pg_type t
    JOIN pg_type x ON x.oid = t.oid OR x.oid = t.typarray
    JOIN pg_namespace tn ON tn.oid = t.typnamespace
    JOIN pg_attribute a ON a.atttypid = x.oid AND NOT a.attisdropped
    JOIN pg_class c ON c.oid = a.attrelid AND {relations}
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE t.typtype = '{kind}' AND n.nspname !~ '^pg_'
"""


def columns_of_types(kind: str, relations: str) -> str:
    """The query for the columns of a kind of types.

    :param kind: PostgreSQL's letter for it.
    :param relations: which relations count, of ``c``.
    """
    return _COLUMNS.format(kind=kind, relations=relations, divides=DIVIDES)


def users_in(rows: Iterable[Any]) -> Mapping[tuple[str | None, str], tuple[Place, ...]]:
    """What such a query found, by the type's schema and name."""
    users: dict[tuple[str | None, str], list[Place]] = {}
    for row in rows:
        known = (row.schema, row.table, row.column, row.is_array, row.default)
        place = Place(*known, row.derived, row.inherited, row.divides)
        users.setdefault((row.type_schema, row.type), []).append(place)
    return {key: tuple(places) for key, places in users.items()}
