"""Names of what is ours for a while, and names that PostgreSQL gives."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

_LONGEST_NAME = 63
_TAKEN = text(
    """
    SELECT count(*) FROM pg_class t
    WHERE t.oid = to_regclass(:table) AND (
        EXISTS (SELECT FROM pg_constraint WHERE connamespace = t.relnamespace AND conname = :name)
        OR EXISTS (
            SELECT FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
            WHERE c.relnamespace = t.relnamespace AND c.relname = :name
              AND (i.indrelid <> t.oid OR i.indisvalid IS NOT FALSE)))
    """
)


def own_name(what: str, suffix: str) -> str:
    """A name that says what it belongs to, as far as PostgreSQL's names are long enough."""
    name = f"{what}_{suffix}"
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    return f"{suffix}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def is_free(table: str, name: str, connection: Connection) -> bool:
    """Whether PostgreSQL would take a name of its own as it is: it numbers one that is taken
    anywhere in the schema. The remains of an attempt of ours to build an index take none.
    """
    return not connection.scalar(_TAKEN, {"table": table, "name": name})
