"""The views, routines and triggers of MySQL and MariaDB."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from .objects import ObjectKey, Objects, SchemaObject, names_in, squeezed, tidy

_VIEWS = "SELECT table_name FROM information_schema.views WHERE table_schema = database()"
_ROUTINES = (
    "SELECT lower(routine_type), routine_name FROM information_schema.routines"
    " WHERE routine_schema = database() AND routine_type IN ('FUNCTION', 'PROCEDURE')"
)
_TRIGGERS = """
    SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement
    FROM information_schema.triggers WHERE trigger_schema = database()
    ORDER BY event_object_table, action_timing, event_manipulation, action_order
"""
_DEFINER = re.compile(r" DEFINER=(?:`(?:[^`]|``)*`|\S+?)@(?:`(?:[^`]|``)*`|\S+)")
_USUAL = re.compile(r" ALGORITHM=UNDEFINED| SQL SECURITY DEFINER(?= VIEW)")


def objects(connection: Connection) -> Objects:
    """What there is in the database of the connection."""
    database = str(connection.exec_driver_sql("SELECT database()").scalar_one())
    found = [*_views(connection, database), *_routines(connection), *_triggers(connection)]
    return {one.key: one for one in found}


def _views(connection: Connection, database: str) -> Iterator[SchemaObject]:
    for name in connection.exec_driver_sql(_VIEWS).scalars().all():
        created = _created(connection, "view", name, 1)
        if created:
            plain = _USUAL.sub("", _DEFINER.sub("", created)).replace(f"`{database}`.", "")
            text = plain.partition(" AS ")[2]
            yield SchemaObject(ObjectKey("view", None, name), plain, plain, names=names_in(text))


def _routines(connection: Connection) -> Iterator[SchemaObject]:
    for kind, name in connection.exec_driver_sql(_ROUTINES).all():
        created = _created(connection, kind, name, 2)
        if created:
            plain = tidy(_DEFINER.sub("", created, count=1))
            names = names_in(plain.partition("(")[2])
            yield SchemaObject(ObjectKey(kind, None, name), squeezed(plain), plain, names=names)


def _triggers(connection: Connection) -> Iterator[SchemaObject]:
    quote = connection.dialect.identifier_preparer.quote
    for name, table, timing, event, body in connection.exec_driver_sql(_TRIGGERS).all():
        statement = (
            f"CREATE TRIGGER {quote(name)} {timing} {event} ON {quote(table)}"
            f" FOR EACH ROW {tidy(body)}"
        )
        yield SchemaObject(
            ObjectKey("trigger", None, name),
            squeezed(statement),
            statement,
            table=table,
            names=names_in(body) | {table.lower()},
        )


def _created(connection: Connection, kind: str, name: str, place: int) -> str:
    """What SHOW CREATE says; "" where the user may not read it, or it is broken."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(name)
    try:
        row = connection.exec_driver_sql(f"SHOW CREATE {kind.upper()} {quoted}").one()
    except SQLAlchemyError:
        return ""
    return str(row[place] or "")
