"""Which types PostgreSQL converts, by itself or when it is told to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, Connection, DateTime, Enum, String, text, types
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.types import TypeEngine

_REAL = 24
"""The most bits of a REAL."""
_NO_DAY = "1970-01-01"
"""The day of a time, where nobody knows of another."""
_NUMBERS = (types.Integer, types.Numeric, types.Float)

_CONTEXT = text(
    """
    SELECT castcontext FROM pg_cast
    WHERE castsource = to_regtype(:old)::oid AND casttarget = to_regtype(:new)::oid
    """
)


def conversion(
    connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> str | None:
    """The ``USING`` of a type change; "" where none is needed, None where none is known.

    :param column: the quoted name.
    """
    old, new = _behind(connection, old), _behind(connection, new)
    if isinstance(old, DateTime) and isinstance(new, DateTime):
        # Without this the session's own time zone would decide what is stored.
        return "" if old.timezone == new.timezone else f"{column} AT TIME ZONE 'UTC'"
    if isinstance(old, ARRAY) and isinstance(new, ARRAY):
        inner = conversion(connection, column, old.item_type, new.item_type)
        # No enumeration is cast into another one, not even where it is in an array.
        through = "::text[]" if isinstance(old.item_type, Enum) else ""
        return f"{column}{through}::{_name(connection, new)}" if inner else inner
    if isinstance(old, types.Uuid) and plain_name(connection, old) == "uuid" and _is_short(new):
        return f"replace({column}::text, '-', '')"
    if isinstance(old, types.LargeBinary) and _is_text(new):
        return f"convert_from({column}, 'UTF8')"  # by itself it writes down the bytes in hex
    if _is_text(old) and isinstance(new, types.LargeBinary):
        return f"convert_to({column}, 'UTF8')"  # by itself it takes backslashes for escapes
    if _is_text(new):
        # What PostgreSQL makes of an address by itself has a mask that nobody wrote.
        return f"abbrev({column})" if isinstance(old, INET) else ""
    target = _name(connection, new)
    if isinstance(old, Enum) or isinstance(new, Enum):
        return f"{column}::text::{target}"
    if _is_text(old):
        return f"{column}::{target}"
    return _by_catalogue(connection, column, old, new)


def way_back(
    connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> str | None:
    """The ``USING`` of a downgrade that gives back less than there was; None where none is known.

    :param column: the quoted name.
    """
    if isinstance(old, types.Time) and isinstance(new, DateTime):
        return f"(date '{_NO_DAY}' + {column})"
    return None


def _by_catalogue(
    connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> str | None:
    names = {"old": plain_name(connection, old), "new": plain_name(connection, new)}
    if names["old"] == names["new"]:
        return ""
    context = connection.scalar(_CONTEXT, names)
    if context in ("i", "a", b"i", b"a"):
        return ""
    target = _name(connection, new)
    if context is not None:
        return f"{column}::{target}"
    if isinstance(new, types.Boolean) and isinstance(old, _NUMBERS):
        return f"({column} <> 0)"
    if isinstance(old, types.Boolean) and isinstance(new, _NUMBERS):
        return f"{column}::integer::{target}"
    return None


def _behind(connection: Connection, kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """What a type of the application's own is to the database."""
    if not isinstance(kind, types.TypeDecorator):
        return kind
    found: Any = kind.dialect_impl(connection.dialect)
    # PostgreSQL has a type of its own for SQLAlchemy's Interval, which is one like that.
    behind: TypeEngine[Any] = getattr(found, "impl_instance", found)
    return behind


def _is_short(kind: TypeEngine[Any]) -> bool:
    """Whether it has no room for the dashes of a UUID."""
    if isinstance(kind, types.Uuid):
        return not kind.native_uuid
    return _is_text(kind) and (getattr(kind, "length", None) or 36) < 36


def _is_text(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String) and not isinstance(kind, Enum)


def _name(connection: Connection, kind: TypeEngine[Any]) -> str:
    said = kind.compile(dialect=connection.dialect)
    of_enum = isinstance(kind.item_type if isinstance(kind, ARRAY) else kind, Enum)
    return said if of_enum else said.lower()


def plain_name(connection: Connection, kind: TypeEngine[Any]) -> str:
    """The type without length or precision."""
    name = _name(connection, kind)
    before, _, after = name.partition("(")
    if before == "float":  # another name for two types
        return "real" if 0 < int(after.rstrip(")") or 0) <= _REAL else "double precision"
    return before.strip() + after.partition(")")[2]
