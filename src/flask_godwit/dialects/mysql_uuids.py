"""UUIDs among texts: with dashes they are longer than the column that SQLAlchemy makes for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, String, Uuid
from sqlalchemy.types import TypeEngine

_LONG = 36  # with dashes

# What stands before a change of type, and what stands after it.
Around = tuple[tuple[str, ...], tuple[str, ...]]


def around(
    connection: Connection, table: str, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> Around:
    """The statements that have UUIDs fit a column's new type; both names are quoted."""
    process = connection.dialect.type_compiler_instance.process
    is_native = [process(kind) == "UUID" for kind in (old, new)]
    if isinstance(old, String) and isinstance(new, Uuid) and not is_native[1]:
        return ((_undash(table, column),) if _has_room(old) else ()), ()
    if is_native[0] and not is_native[1] and not _has_room(new):
        widened = f"ALTER TABLE {table} MODIFY {column} VARCHAR({_LONG})"
        return (widened, _undash(table, column)), ()
    if isinstance(old, Uuid) and not is_native[0] and isinstance(new, String) and _has_room(new):
        return (), (_dash(table, column),)
    return (), ()


def _has_room(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String) and (kind.length is None or kind.length >= _LONG)


def _undash(table: str, column: str) -> str:
    return (
        f"UPDATE {table} SET {column} = LOWER(REPLACE({column}, '-', ''))"
        f" WHERE CHAR_LENGTH({column}) = {_LONG}"
    )


def _dash(table: str, column: str) -> str:
    pieces = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    parts = ", ".join(f"SUBSTR({column}, {start}, {size})" for start, size in pieces)
    return f"UPDATE {table} SET {column} = CONCAT_WS('-', {parts}) WHERE CHAR_LENGTH({column}) = 32"
