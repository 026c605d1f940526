"""Values that follow into a type of the application's own, and are not what that would store.

The database converts them by the type in SQL. Whether ``1`` or ``Y`` stands for yes there, only
the application's own code says: it is asked about some values.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import TypeDecorator, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from ..dialects.base import Database
from .names import Key, said
from .own_types import is_read
from .rows import Rows

_LOOKED_AT = 200


def misread(database: Database, rows: Rows, key: Key, name: str, old: Any, new: Any) -> str:
    """What to say of a column whose values are read as something else; "" where none is known."""
    if not isinstance(new, TypeDecorator) or not is_read(new):
        return ""
    dialect = rows.connection.dialect
    for value in _values(database, rows, key, name, old, new):
        try:
            read = new.process_result_value(value, dialect)
            stored = new.process_bind_param(read, dialect)
        except Exception as error:  # whatever an application raises
            return _words(key, name, new, f"raises {type(error).__name__} on some")
        if stored != value:
            return _words(key, name, new, "would store some as something else")
    return ""


def _values(
    database: Database, rows: Rows, key: Key, name: str, old: Any, new: TypeDecorator[Any]
) -> list[Any]:
    """Some of the values as they will be; none where the database can't say."""
    value = database.converted(rows.connection, rows.column(key, name), old, new)
    kept = type_coerce(value, new.load_dialect_impl(rows.connection.dialect))
    query = select(kept).select_from(rows.table(key)).where(rows.column(key, name).is_not(None))
    try:
        with rows.connection.begin_nested():
            found = rows.connection.scalars(query.distinct().limit(_LOOKED_AT)).all()
    except (SQLAlchemyError, ValueError, TypeError):  # what a driver makes no value of
        return []
    return list(found)


def _words(key: Key, name: str, kind: Any, how: str) -> str:
    """Without the values themselves: it stands in the script."""
    own = type(kind).__name__
    return f"values of {said(key, name)} follow by their type in SQL only, and {own} {how}"
