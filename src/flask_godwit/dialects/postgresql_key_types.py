"""Which types PostgreSQL compares with each other: those at both ends of a foreign key.

The ends change one after the other, and the key is looked at each time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.types import TypeEngine

from .postgresql_casts import plain_name

_ALIKE = text(
    """
    WITH kinds AS (
        SELECT (SELECT coalesce(nullif(typbasetype, 0), oid) FROM pg_type
                WHERE oid = to_regtype(:old)::oid) AS old,
            (SELECT coalesce(nullif(typbasetype, 0), oid) FROM pg_type
                WHERE oid = to_regtype(:new)::oid) AS new
    )
    SELECT coalesce(
        old = new
        OR EXISTS (
            SELECT 1 FROM pg_amop o
            JOIN pg_am a ON a.oid = o.amopmethod AND a.amname = 'btree'
            WHERE o.amopstrategy = 3 AND o.amoplefttype = old AND o.amoprighttype = new
        )
        OR 2 = (
            SELECT count(*) FROM pg_cast WHERE castcontext = 'i'
            AND (castsource, casttarget) IN ((old, new), (new, old))
        ),
        false
    ) FROM kinds
    """
)
"""The third strategy of a B-tree is equality. A type that isn't made yet is like no other."""


def have_an_operator(connection: Connection, old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Whether a key may have the one type at one end and the other at the other, either way."""
    names = {"old": plain_name(connection, old), "new": plain_name(connection, new)}
    return names["old"] == names["new"] or bool(connection.scalar(_ALIKE, names))
