"""The views and triggers of SQLite, as it keeps them: word for word."""

from __future__ import annotations

from sqlalchemy import Connection

from ..sqlite.tokens import normal
from .objects import ObjectKey, Objects, SchemaObject, names_in, tidy

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"


def objects(connection: Connection) -> Objects:
    """What there is in the main database."""
    found = {}
    for kind, name, table, sql in connection.exec_driver_sql(_OBJECTS).all():
        key = ObjectKey(kind, None, name)
        found[key] = SchemaObject(
            key,
            normal(sql),
            tidy(sql),
            table=table if kind == "trigger" else "",
            names=names_in(sql.partition(name)[2]),
        )
    return found
