"""What SQLite would keep as it is, where it is to become something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    Time,
    Uuid,
    cast,
    func,
    not_,
)

from .base import Condition

_NUMBERS = (Integer, Numeric, Float, Boolean)
_WORDS = ("true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0")


def unreadable(old: Any, new: Any) -> Iterator[Condition]:
    """Which values can't be read as a value of the new type."""
    if isinstance(new, Uuid):
        yield _is_no_uuid
    elif isinstance(new, _NUMBERS) and not isinstance(old, _NUMBERS):
        yield _is_no_truth if isinstance(new, Boolean) else _is_no_number(new)
    elif isinstance(new, Date | DateTime | Time) and isinstance(old, _NUMBERS):
        yield lambda column: func.typeof(column).in_(("integer", "real"))
    elif isinstance(new, Date | DateTime | Time) and _says_no_time(old, new):
        yield _no_time(new)
    elif isinstance(new, JSON) and not isinstance(old, (*_NUMBERS, JSON)):
        yield _is_no_json


def _says_no_time(old: Any, new: Any) -> bool:
    """Whether values are not kept as such a time already, nor as one that has it as a part."""
    if isinstance(old, Date | DateTime | Time):
        return isinstance(old, Time) != isinstance(new, Time) and not isinstance(old, DateTime)
    return True


def _is_no_date(column: ColumnElement[Any]) -> ColumnElement[bool]:
    # It takes a number for a day; the 30th of February becomes one of March when it counts.
    day: ColumnElement[Any] = func.date(column, "+0 days")
    return day.is_distinct_from(column) & column.is_not(None)


def _is_no_json(column: ColumnElement[Any]) -> ColumnElement[bool]:
    # SQLite before 3.42 says of NULL, too, that it is not valid.
    valid: ColumnElement[Any] = func.json_valid(column)
    return (valid == 0) & column.is_not(None)


def _no_time(kind: Any) -> Condition:
    """What is no time of day; of a day or a moment, that is behind the day, and may be missing."""

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        if isinstance(kind, Time):
            return _is_no_hour(column)
        separator, hour = func.substr(column, 11, 1), func.substr(column, 12)
        is_later = separator.not_in((" ", "T")) | _is_no_hour(hour)
        return _is_no_date(func.substr(column, 1, 10)) | ((separator != "") & is_later)

    return condition


def _is_no_hour(column: ColumnElement[Any]) -> ColumnElement[bool]:
    written: ColumnElement[bool] = column.op("GLOB")("[0-2][0-9]:[0-5][0-9]*")
    hour: ColumnElement[Any] = func.time(column)
    return not_(written) | (hour.is_(None) & column.is_not(None))


def _is_no_number(kind: Any) -> Condition:
    """A text or bytes that the column's affinity leaves as they are; a fraction among integers."""

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        # To compare them with a number, SQLite makes one of a text as such a column does.
        number = cast(column, Numeric())
        read = number if isinstance(kind, Numeric | Float) else cast(number, Integer())
        return func.typeof(column).in_(("text", "blob")) & (read != column)

    return condition


def _is_no_truth(column: ColumnElement[Any]) -> ColumnElement[bool]:
    # A word that says neither would be kept as it is, also a number.
    return func.typeof(column).in_(("text", "blob")) & func.lower(column).not_in(_WORDS)


def _is_no_uuid(column: ColumnElement[Any]) -> ColumnElement[bool]:
    digits = func.replace(column, "-", "")
    return (func.length(digits) != 32) | digits.op("GLOB")("*[^0-9A-Fa-f]*")
