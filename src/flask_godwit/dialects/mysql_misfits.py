"""Values that MySQL and MariaDB can't convert, where a column gets another type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    TIMESTAMP,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    or_,
)
from sqlalchemy.dialects.mysql import MEDIUMINT, SET, TINYINT

from .base import Condition

_NUMBER = r"^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$"
_UUID = "^[0-9A-Fa-f]{32}$"
_NUMBERS = (Integer, Numeric, Float, Boolean)
_WORDS = ("true", "t", "yes", "y", "on", "false", "f", "no", "n", "off")
_LAST_SECOND = 2**31 - 1
"""Of a TIMESTAMP."""


def whole_numbers(kind: Any) -> tuple[int, int] | None:
    """The smallest and the largest number of a type that has whole numbers only."""
    if not isinstance(kind, Integer | Boolean):
        return None
    if getattr(kind, "unsigned", False):
        return 0, 2 ** _bits(kind) - 1
    return -(2 ** (_bits(kind) - 1)), 2 ** (_bits(kind) - 1) - 1


def _bits(kind: Any) -> int:
    sizes = ((TINYINT, 8), (Boolean, 8), (SmallInteger, 16), (MEDIUMINT, 24), (BigInteger, 64))
    return next((bits for each, bits in sizes if isinstance(kind, each)), 32)


def unreadable(old: Any, new: Any) -> Iterator[Condition]:
    """Which values the server refuses to convert."""
    if isinstance(new, Uuid):
        yield lambda column: func.replace(column, "-", "").op("NOT REGEXP")(_UUID)
    elif isinstance(new, SET):
        yield _has_others(list(new.values))
    elif isinstance(new, String):
        charset: str | None = getattr(new, "charset", None)
        if old._type_affinity is LargeBinary()._type_affinity:
            yield _is_no_text
        elif charset:
            yield _is_lost_in(charset)
    elif isinstance(new, Date | DateTime):
        if isinstance(old, (String, *_NUMBERS)):
            yield lambda column: cast(column, DateTime()).is_(None) & column.is_not(None)
        if isinstance(new, TIMESTAMP) and not isinstance(old, TIMESTAMP):
            yield _is_no_timestamp
    elif isinstance(old, String):
        if isinstance(new, Boolean):
            yield _is_no_truth
        elif isinstance(new, _NUMBERS):
            yield lambda column: column.op("NOT REGEXP")(_NUMBER)
        elif isinstance(new, JSON):
            yield lambda column: func.json_valid(column) == 0


def _is_no_truth(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return ~func.lower(column).in_(_WORDS) & column.op("NOT REGEXP")(_NUMBER)


def _has_others(values: list[str]) -> Condition:
    """Whether a text names something else than these values, with commas between them."""
    one = f"({'|'.join(map(re.escape, values))})"
    return lambda column: cast(column, Text()).op("NOT REGEXP")(f"^({one}(,{one})*)?$")


def _is_no_text(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether bytes are no characters: the servers leave them out, or say something else."""
    said = cast(column, Text())
    lost = or_(said.is_(None), cast(said, LargeBinary()) != column)
    return column.is_not(None) & lost


def _is_lost_in(charset: str) -> Condition:
    """Whether a text has characters that a character set has not."""
    name: ColumnElement[Any] = literal_column(charset)

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        said = func.convert(column.op("USING")(name))
        # As bytes: a collation may take a question mark for what was lost.
        return cast(cast(said, Text()), LargeBinary()) != cast(cast(column, Text()), LargeBinary())

    return condition


def _is_no_timestamp(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a moment is too early or too late; MariaDB says NULL then."""
    seconds = func.unix_timestamp(column)
    outside = or_(seconds.is_(None), seconds <= 0, seconds > _LAST_SECOND)
    return column.is_not(None) & outside
