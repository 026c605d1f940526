"""The views and triggers of SQLite, as it keeps them: word for word."""

from __future__ import annotations

from sqlalchemy import Connection

from ..sqlite.tokens import normal
from .objects import ObjectKey, Objects, SchemaObject, names_in, tidy

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"


_TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)"


def triggers_of(connection: Connection, view: str) -> tuple[str, ...]:
    """The statements that make the triggers of a view, which go with it."""
    return tuple(sql for (sql,) in connection.exec_driver_sql(_TRIGGERS, (view,)))


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
