"""Texts and numbers that SQLite would keep as they are, where they are to become something else."""

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
    String,
    Time,
    Uuid,
    cast,
    func,
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
    elif isinstance(new, Date | DateTime) and isinstance(old, String):
        yield lambda column: _is_none(column, func.datetime(column), "____-__-__%")
    elif isinstance(new, Time) and isinstance(old, String):
        yield lambda column: _is_none(column, func.time(column), "__:__%")
    elif isinstance(new, JSON) and isinstance(old, String):
        yield lambda column: func.json_valid(column) == 0


def _is_none(
    column: ColumnElement[Any], read: ColumnElement[Any], like: str
) -> ColumnElement[bool]:
    """A text that SQLite can't read as a time, or reads as one that is not written in full."""
    return column.is_not(None) & (read.is_(None) | column.not_like(like))


def _is_no_number(kind: Any) -> Condition:
    """A text or bytes that the column's affinity leaves as they are; a fraction among integers."""

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        # To compare them with a number, SQLite makes one of a text as such a column does.
        number = cast(column, Numeric())
        read = number if isinstance(kind, Numeric | Float) else cast(number, Integer())
        return func.typeof(column).in_(("text", "blob")) & (read != column)

    return condition


def _is_no_truth(column: ColumnElement[Any]) -> ColumnElement[bool]:
    is_word = func.lower(column).in_(_WORDS)
    return ~is_word & _is_no_number(Integer())(column)


def _is_no_uuid(column: ColumnElement[Any]) -> ColumnElement[bool]:
    digits = func.replace(column, "-", "")
    return (func.length(digits) != 32) | digits.op("GLOB")("*[^0-9A-Fa-f]*")
