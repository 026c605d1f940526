"""How a downgrade converts what PostgreSQL has no conversion for, as far as there is a way."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ARRAY, Connection, Date, DateTime, types
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.dialects.postgresql.ranges import (
    AbstractMultiRange,
    AbstractRange,
    AbstractSingleRange,
)
from sqlalchemy.types import TypeEngine

from .postgresql_casts import behind, conversion, type_name

_FIRST_DAY = "1970-01-01"
"""The day of a time, where nobody knows of another; and the one from which days are counted."""
_NUMBERS = (types.Integer, types.Numeric, types.Float)

_INVERSE = (
    (r"array_to_string\(@, *('[^']*')\)", r"string_to_array(@, \1)"),
    (r"string_to_array\(@, *('[^']*')\)", r"array_to_string(@, \1)"),
    (r"@\[1\]", "CASE WHEN @ IS NOT NULL THEN ARRAY[@] END"),
    (r"ARRAY\[@\](?:::[\w ]+\[\])?", "@[1]"),
    (r"make_interval\(mins *=> *@\)", "extract(epoch FROM @) / 60"),
    (r"make_interval\(hours *=> *@\)", "extract(epoch FROM @) / 3600"),
    (r"make_interval\(days *=> *@\)", "extract(epoch FROM @) / 86400"),
)
"""What somebody may convert a column ``@`` by, and what takes that back."""


def undone(column: str, told: str, target: str) -> str | None:
    """The ``USING`` that takes back one that was typed; None where nobody knows it.

    :param column: the quoted name.
    :param target: the type that comes back, in SQL.
    """
    said = re.sub(rf'(?<![\w"]){re.escape(column)}(?![\w"])', "@", told.strip())
    for pattern, back in _INVERSE:
        match = re.fullmatch(pattern, said, re.IGNORECASE)
        if match:
            return f"({match.expand(back)})::{target}".replace("@", column)
    return None


def way_back(
    connection: Connection, column: str, old: TypeEngine[Any], new: TypeEngine[Any]
) -> str | None:
    """The ``USING`` of a downgrade that gives back less than there was; None where none is known.

    :param column: the quoted name.
    """
    old, new = behind(connection, old), behind(connection, new)
    if isinstance(old, ARRAY):
        inner = conversion(connection, f"{column}[1]", old.item_type, new)
        return f"{column}[1]" if inner == "" else inner
    if isinstance(old, AbstractMultiRange) and isinstance(new, AbstractSingleRange):
        return f"range_merge({column})::text::{type_name(connection, new)}"
    if isinstance(old, AbstractRange) and not isinstance(new, AbstractRange):
        return f"lower({column})::{type_name(connection, new)}"
    if isinstance(new, types.Boolean):
        return f"({column} IS NOT NULL)"
    expression = _counted(column, old, new) or _of_number(column, old, new)
    return expression and f"{expression}::{type_name(connection, new)}"


def _counted(column: str, old: TypeEngine[Any], new: TypeEngine[Any]) -> str | None:
    """A time as a number: of seconds, or of days."""
    if not isinstance(new, _NUMBERS):
        return None
    if isinstance(old, types.Date):
        return f"({column} - date '{_FIRST_DAY}')"
    return f"extract(epoch FROM {column})" if isinstance(old, DateTime | INTERVAL) else None


def _of_number(column: str, old: TypeEngine[Any], new: TypeEngine[Any]) -> str | None:
    """A number, or a time of a day, as what it may have been counted from."""
    if isinstance(old, types.Time) and isinstance(new, DateTime):
        return f"(date '{_FIRST_DAY}' + {column})"
    if not isinstance(old, _NUMBERS):
        return None
    if isinstance(new, Date):
        return f"(date '{_FIRST_DAY}' + {column}::integer)"
    if isinstance(new, DateTime):
        moment = f"to_timestamp({column})"
        return moment if new.timezone else f"({moment} AT TIME ZONE 'UTC')"
    return f"make_interval(secs => {column})" if isinstance(new, INTERVAL) else None
