"""Which types PostgreSQL converts, by itself or when it is told to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    DateTime,
    Enum,
    String,
    cast,
    literal_column,
    text,
    types,
)
from sqlalchemy.dialects.postgresql import BIT, DOMAIN, HSTORE, INET
from sqlalchemy.dialects.postgresql.ranges import (
    AbstractMultiRange,
    AbstractRange,
    AbstractSingleRange,
)
from sqlalchemy.types import TypeEngine

from .written import undoubled

_REAL = 24
"""The most bits of a REAL."""
_TEXTS = ("pg_class", "reloptions")
"""A table and its column of texts, which every PostgreSQL has."""
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
    old, new = behind(connection, old), behind(connection, new)
    if isinstance(old, DOMAIN):
        return conversion(connection, column, old.data_type, new)
    if isinstance(new, DOMAIN):
        inner = conversion(connection, column, old, new.data_type)
        # By itself it converts, too, but then nobody has asked whether all rows fit.
        value = f"({inner})" if inner else column
        return inner if inner is None else f"{value}::{type_name(connection, new)}"
    if isinstance(old, DateTime) and isinstance(new, DateTime):
        # Without this the session's own time zone would decide what is stored.
        return "" if old.timezone == new.timezone else f"{column} AT TIME ZONE 'UTC'"
    if isinstance(old, ARRAY) and isinstance(new, ARRAY):
        inner = conversion(connection, column, old.item_type, new.item_type)
        # No enumeration is cast into another one, not even where it is in an array.
        through = "::text[]" if isinstance(old.item_type, Enum) else ""
        return f"{column}{through}::{type_name(connection, new)}" if inner else inner
    if _is_one_of_several(old, new):
        return None
    nested = _nested(connection, column, old, new)
    if nested is not None:
        return nested
    if isinstance(old, types.Uuid) and (as_text := _uuid_as_text(connection, column, old, new)):
        return as_text
    if isinstance(old, types.LargeBinary) and isinstance(new, String):
        return _of_bytes(connection, column, new)
    if isinstance(old, String) and isinstance(new, types.LargeBinary):
        said = f"{column}::text" if isinstance(old, Enum) else column
        return f"convert_to({said}, 'UTF8')"  # by itself it takes backslashes for escapes
    if _is_text(new):
        # What PostgreSQL makes of an address by itself has a mask that nobody wrote.
        return f"abbrev({column})" if isinstance(old, INET) else ""
    if _is_text(old) and _is_plain_uuid(new):
        return f"lower(replace({column}, '-', ''))"  # a cast would cut what is too long
    target = type_name(connection, new)
    if isinstance(old, BIT) and isinstance(new, BIT) and not (old.varying or new.varying):
        # By itself it only takes what has as many bits as the new type.
        return "" if old.length == new.length else f"{column}::{target}"
    if isinstance(old, Enum) or isinstance(new, Enum):
        return f"{column}::text::{target}"
    if _is_text(old) or _is_plain_uuid(old):
        return f"{column}::{target}"
    return _by_catalogue(connection, column, old, new)


def converted(
    connection: Connection, column: ColumnElement[Any], old: Any, new: Any
) -> ColumnElement[Any]:
    """A value as it is after a change of type; one of an enumeration as its label."""
    if isinstance(new, Enum):
        return column  # its type may not be there yet
    said = undoubled(str(column.compile(dialect=connection.dialect)), connection.dialect)
    using = conversion(connection, said, old, new)
    if using is None:
        return column
    return literal_column(using) if using else cast(column, behind(connection, new))


def _uuid_as_text(
    connection: Connection, column: str, old: types.Uuid[Any], new: TypeEngine[Any]
) -> str:
    """With dashes or without, where the server does not do it by itself; else ""."""
    if plain_name(connection, old) == "uuid":
        return f"replace({column}::text, '-', '')" if _is_short(new) else ""
    return f"{column}::uuid::text" if _is_text(new) and not _is_short(new) else ""


def _of_bytes(connection: Connection, column: str, new: TypeEngine[Any]) -> str:
    read = f"convert_from({column}, 'UTF8')"  # by itself it writes down the bytes in hex
    return f"{read}::{type_name(connection, new)}" if isinstance(new, Enum) else read


def _nested(
    connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> str | None:
    """Between arrays, JSON and what stands in them; None where that is not what it is about."""
    target = type_name(connection, new)
    if isinstance(new, HSTORE):
        return _of_object(column) if isinstance(old, types.JSON) else None
    if isinstance(old, types.JSON) and isinstance(new, ARRAY):
        return f"{_texts_of(column)}::{target}"
    if isinstance(old, types.JSON) and not (_is_text(new) or isinstance(new, types.JSON)):
        return f"({column} #>> '{{}}')::{target}"
    if isinstance(new, types.JSON) and not (_is_text(old) or isinstance(old, types.JSON)):
        return None if _has_json(connection, old) else f"to_{plain_name(connection, new)}({column})"
    if isinstance(new, ARRAY) and not (_is_text(old) or isinstance(old, ARRAY)):
        if conversion(connection, column, old, new.item_type) is None:
            return None
        through = "::text[]" if isinstance(new.item_type, Enum) else ""
        return f"CASE WHEN {column} IS NOT NULL THEN ARRAY[{column}]{through}::{target} END"
    if isinstance(old, AbstractRange) and isinstance(new, AbstractRange):
        known = _by_catalogue(connection, column, old, new)
        return f"{column}::text::{target}" if known is None else known
    return None


def _texts_of(json: str) -> str:
    """JSON as an array of texts."""
    # No subquery may stand there, and only as a part of a row is JSON read as an array.
    row = f"jsonb_build_object('{_TEXTS[1]}', {json})"
    return f"(jsonb_populate_record(NULL::{_TEXTS[0]}, {row})).{_TEXTS[1]}"


def _of_object(column: str) -> str:
    """An object of JSON as an hstore."""
    keys, values = (
        _texts_of(f"jsonb_path_query_array({column}::jsonb, '$.keyvalue().{part}')")
        for part in ("key", "value")
    )
    return f"hstore({keys}, {values})"


def _is_one_of_several(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Whether something becomes one of the values that it may have several of."""
    if isinstance(old, AbstractMultiRange):
        return isinstance(new, AbstractSingleRange)
    return isinstance(old, ARRAY) and not (_is_text(new) or isinstance(new, types.JSON))


def _has_json(connection: Connection, kind: TypeEngine[Any]) -> bool:
    """Whether a type has a JSON of its own, as hstore has."""
    names = {"old": plain_name(connection, kind), "new": "json"}
    return connection.scalar(_CONTEXT, names) is not None


def _by_catalogue(
    connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> str | None:
    names = {"old": plain_name(connection, old), "new": plain_name(connection, new)}
    if names["old"] == names["new"]:
        return ""
    if "bytea" in names.values():
        return None  # from version 18 on it makes a number of the bits, and the other way round
    context = connection.scalar(_CONTEXT, names)
    if context in ("i", "a", b"i", b"a"):
        return ""
    target = type_name(connection, new)
    if context is not None:
        return f"{column}::{target}"
    if isinstance(new, types.Boolean) and isinstance(old, _NUMBERS):
        return f"({column} <> 0)"
    if isinstance(old, types.Boolean) and isinstance(new, _NUMBERS):
        return f"{column}::integer::{target}"
    return None


def behind(connection: Connection, kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """What a type of the application's own is to the database."""
    if not isinstance(kind, types.TypeDecorator):
        return kind
    found: Any = kind.dialect_impl(connection.dialect)
    # PostgreSQL has a type of its own for SQLAlchemy's Interval, which is one like that.
    behind: TypeEngine[Any] = getattr(found, "impl_instance", found)
    return behind


def _is_plain_uuid(kind: TypeEngine[Any]) -> bool:
    """Whether it is a UUID that is stored as a text, without dashes."""
    return isinstance(kind, types.Uuid) and not kind.native_uuid


def _is_short(kind: TypeEngine[Any]) -> bool:
    """Whether it has no room for the dashes of a UUID."""
    if isinstance(kind, types.Uuid):
        return _is_plain_uuid(kind)
    return _is_text(kind) and (getattr(kind, "length", None) or 36) < 36


def _is_text(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String) and not isinstance(kind, Enum)


def type_name(connection: Connection, kind: TypeEngine[Any]) -> str:
    """The type as one casts to it."""
    said = kind.compile(dialect=connection.dialect).partition(" COLLATE ")[0]
    has_name = isinstance(kind.item_type if isinstance(kind, ARRAY) else kind, Enum | DOMAIN)
    return said if has_name else said.lower()


def plain_name(connection: Connection, kind: TypeEngine[Any]) -> str:
    """The type without length or precision."""
    name = type_name(connection, kind)
    before, _, after = name.partition("(")
    if before == "float":  # another name for two types
        return "real" if 0 < int(after.rstrip(")") or 0) <= _REAL else "double precision"
    return before.strip() + after.partition(")")[2]
