"""Values that MySQL and MariaDB can't convert, where a column gets another type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
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
    Time,
    Uuid,
    cast,
    func,
    literal_column,
    or_,
)
from sqlalchemy.dialects.mysql import MEDIUMINT, SET, TINYINT

from .base import Condition

_NUMBER = r"^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$"
_WHOLE = r"^[[:space:]]*[-+]?[0-9]+[[:space:]]*$"
_HOUR = r"[0-9]{1,3}:[0-5][0-9](:[0-5][0-9]([.][0-9]*)?)?"
_TIME = f"^[[:space:]]*-?{_HOUR}[[:space:]]*$"
_DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_MOMENT = f"^[[:space:]]*({_DAY}([ T]{_HOUR})?|[0-9]{{8}}([0-9]{{6}})?)[[:space:]]*$"
_UUID = "^[0-9A-Fa-f]{32}$"
_NUMBERS = (Integer, Numeric, Float, Boolean)
_MOMENTS = (Date, DateTime, Time)
_WORDS = ("true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0")
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
    if _has_bytes(old) and isinstance(new, (*_MOMENTS, Uuid)):
        for condition in unreadable(Text(), new):
            yield partial(_as_text, condition)
    elif _means_nothing(old, new):
        yield lambda column: column.is_not(None)
    elif isinstance(new, _NUMBERS) and (isinstance(old, JSON) or _has_bytes(old)):
        number = _WHOLE if isinstance(new, Integer | Boolean) else _NUMBER
        yield lambda column: cast(column, Text()).op("NOT REGEXP")(number)
    elif isinstance(new, Uuid):
        yield lambda column: func.replace(column, "-", "").op("NOT REGEXP")(_UUID)
    elif isinstance(new, SET):
        yield _has_others(list(new.values))
    elif isinstance(new, String):
        charset: str | None = getattr(new, "charset", None)
        if _has_bytes(old):
            yield _is_no_text
        elif charset:
            yield _is_lost_in(charset)
    elif isinstance(new, Date | DateTime):
        if isinstance(old, String):
            yield _is_no_moment
        if isinstance(new, TIMESTAMP) and not isinstance(old, TIMESTAMP):
            yield _is_no_timestamp
    elif isinstance(old, String):
        if isinstance(new, Boolean):
            yield _is_no_truth
        elif isinstance(new, Integer):
            yield lambda column: column.op("NOT REGEXP")(_WHOLE)
        elif isinstance(new, Time):
            yield lambda column: column.op("NOT REGEXP")(_TIME)
        elif isinstance(new, _NUMBERS):
            yield lambda column: column.op("NOT REGEXP")(_NUMBER)
        elif isinstance(new, JSON):
            yield lambda column: func.json_valid(column) == 0


def _is_no_truth(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.lower(column).not_in(_WORDS)


def _is_no_moment(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a text is no day of the calendar, or says more than the servers understand."""
    unread = cast(column, DateTime()).is_(None) & column.is_not(None)
    return unread | column.op("NOT REGEXP")(_MOMENT)


def _means_nothing(old: Any, new: Any) -> bool:
    """Whether the servers would make something of it that nobody can have meant.

    Of a date they make a number of its digits, and the other way round; of a time they make a
    moment of the present day. What is not of the kind at all stops them.
    """
    is_number, is_moment = isinstance(new, _NUMBERS), isinstance(new, _MOMENTS)
    if isinstance(old, _NUMBERS):
        return is_moment
    if isinstance(old, _MOMENTS):
        times = isinstance(old, Time), isinstance(new, Time)
        apart = is_moment and any(times) and not all(times) and not isinstance(old, DateTime)
        return is_number or apart or isinstance(new, JSON)
    if isinstance(old, JSON):
        return is_moment
    if _has_bytes(old):
        return isinstance(new, JSON)
    return isinstance(old, Uuid) and (is_number or is_moment or isinstance(new, JSON))


def _as_text(condition: Condition, column: ColumnElement[Any]) -> ColumnElement[bool]:
    return condition(cast(column, Text()))


def _has_bytes(kind: Any) -> bool:
    return bool(kind._type_affinity is LargeBinary()._type_affinity)


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
