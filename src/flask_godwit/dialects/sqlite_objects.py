"""The views and triggers of SQLite, as it keeps them: word for word."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from ..sqlite import readers
from ..sqlite.tokens import normal
from .objects import ObjectKey, Objects, SchemaObject, names_in, tidy

_ALL = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"


_TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)"


def triggers_of(connection: Connection, view: str) -> tuple[str, ...]:
    """The statements that make the triggers of a view, which go with it."""
    return tuple(sql for (sql,) in connection.exec_driver_sql(_TRIGGERS, (view,)))


def broken_without(
    connection: Connection, columns: Mapping[str, Collection[str]]
) -> Collection[ObjectKey]:
    """The views and triggers that SQLite would complain of without these columns."""
    rows = connection.exec_driver_sql(_ALL).all()
    stored = [(str(kind), str(name), str(sql)) for kind, name, sql in rows]
    found = readers.broken_without(stored, columns)
    return [ObjectKey(kind, None, name) for kind, name in sorted(found)]


def stopping_renames(
    connection: Connection, columns: Mapping[str, Collection[str]]
) -> ObjectKey | None:
    """The view or trigger for which SQLite would not rename these columns."""
    rows = connection.exec_driver_sql(_ALL).all()
    known = ("table", "view", "trigger")
    stored = [(str(kind), str(name), str(sql)) for kind, name, sql in rows if kind in known]
    found = readers.stopping_renames(stored, columns)
    return found and ObjectKey(found[0], None, found[1])


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
