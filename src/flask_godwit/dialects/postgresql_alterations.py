"""Values that PostgreSQL rounds, or reads as the session says, where a column gets another type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Enum,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    Time,
    and_,
    cast,
    not_,
)
from sqlalchemy.dialects.postgresql import INTERVAL

from .base import Alteration, Condition

_TIMES = (DateTime, Time, INTERVAL)
_NUMBERS = (Integer, Numeric, Float)
_SINGLE_BITS = 24
_MICROSECONDS = 6
_ZONE = r":[0-9.]+ *(z|[-+][0-9:]+|[a-z]{3,5}|[a-z_]+/[a-z_/]+) *$"
_EITHER_FIRST = r"^ *(0?[1-9]|1[0-2])[-/. ](0?[1-9]|1[0-2])[-/. ][0-9]{2,4}( .*)?$"
_BARE = r"^ *[-+]?[0-9.]+ *$"


def altered(old: Any, new: Any) -> Iterator[Alteration]:
    """Conditions on a column, each with what happens to its values."""
    is_text = isinstance(old, String) and not isinstance(old, Enum)
    if is_text:
        yield from _read(new)
    if isinstance(new, _TIMES) and (is_text or isinstance(old, _TIMES)):
        if _fraction(new) < (_MICROSECONDS if is_text else _fraction(old)):
            yield _is_finer_than(new), "lose fractions of a second"
    elif isinstance(new, Boolean):
        if isinstance(old, _NUMBERS):
            yield lambda column: column.not_in((0, 1)), "are neither 0 nor 1: they become true"
    elif isinstance(new, Float) and (is_text or isinstance(old, _NUMBERS)) and not _fits(old, new):
        yield _is_longer_than(new), "lose digits"


def _read(new: Any) -> Iterator[Alteration]:
    """What texts do not say, and the server takes from elsewhere."""
    if isinstance(new, DateTime | Time):
        yield from _zones(new)
    if isinstance(new, Date | DateTime):
        yield (
            lambda column: column.op("~")(_EITHER_FIRST),
            "may have the day first or the month: DateStyle decides",
        )
    if isinstance(new, INTERVAL):
        yield lambda column: column.op("~")(_BARE), "name no unit: they become seconds"


def _zones(new: Any) -> Iterator[Alteration]:
    if new.timezone:
        yield (
            lambda column: not_(column.op("~*")(_ZONE)),
            "name no time zone: they get that of the session",
        )
    else:
        yield lambda column: column.op("~*")(_ZONE), "lose their time zone"


def _fraction(kind: Any) -> int:
    """How many digits of a second are kept."""
    precision = getattr(kind, "precision", None)
    return _MICROSECONDS if precision is None else precision


def _is_finer_than(kind: Any) -> Condition:
    exact = type(kind)(**({} if isinstance(kind, INTERVAL) else {"timezone": kind.timezone}))

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return cast(cast(column, exact), kind) != cast(column, exact)

    return condition


def _bits(kind: Any) -> int:
    """Of the digits of a number with a floating point."""
    is_single = isinstance(kind, REAL) or kind.precision in range(1, _SINGLE_BITS + 1)
    return _SINGLE_BITS if is_single and not isinstance(kind, Double) else 53


def _fits(old: Any, new: Any) -> bool:
    """Whether the new type keeps any value of the old one."""
    if isinstance(old, Float):
        return _bits(old) <= _bits(new)
    if not isinstance(old, Integer):
        return False
    bits = 15 if isinstance(old, SmallInteger) else 63 if isinstance(old, BigInteger) else 31
    return bits <= _bits(new)


def _is_longer_than(kind: Any) -> Condition:
    """Whether the digits that the server shows of it are not those that there were."""

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        shown = cast(cast(column, kind), Text())
        is_number = cast(column, Text()).op("~")(r"[0-9]")
        return and_(is_number, cast(shown, Numeric()) != cast(column, Numeric()))

    return condition
