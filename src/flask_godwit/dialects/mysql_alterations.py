"""Values that MySQL and MariaDB round, or take for others, where a column gets another type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    REAL,
    Boolean,
    ColumnElement,
    DateTime,
    Double,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    Time,
    func,
)

from .base import Alteration, Condition
from .mysql_misfits import whole_numbers

_NUMBERS = (Integer, Numeric, Float)
_SINGLE, _DOUBLE = 6, 15
"""How many digits the servers show of a FLOAT, and keep in a DOUBLE."""
_SINGLE_BITS = 24
_MICROSECONDS = 6


def altered(old: Any, new: Any) -> Iterator[Alteration]:
    """Conditions on a column, each with what happens to its values."""
    is_text = isinstance(old, String) and not isinstance(old, Enum)
    if isinstance(new, DateTime | Time) and (is_text or isinstance(old, DateTime | Time)):
        if _fraction(new) < (_MICROSECONDS if is_text else _fraction(old)):
            yield _is_finer_than(_fraction(new)), "lose fractions of a second"
    elif isinstance(new, Boolean):
        if isinstance(old, _NUMBERS):
            yield _is_no_truth, "are neither 0 nor 1"
    elif _digits(new) and (is_text or isinstance(old, _NUMBERS)) and not _fits(old, new):
        yield _is_longer_than(_digits(new)), "lose digits"


def _fraction(kind: Any) -> int:
    """How many digits of a second are kept."""
    return getattr(kind, "fsp", None) or 0


def _is_finer_than(digits: int) -> Condition:
    step = 10 ** (_MICROSECONDS - digits)

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return func.mod(func.microsecond(column), step) != 0

    return condition


def _is_no_truth(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.not_in((0, 1))


def _digits(kind: Any) -> int:
    """How many significant digits are kept of any number; 0 for a type that keeps all."""
    if not isinstance(kind, Float):
        return 0
    is_double = isinstance(kind, Double | REAL) or (kind.precision or 0) > _SINGLE_BITS
    return _DOUBLE if is_double else _SINGLE


def _fits(old: Any, new: Any) -> bool:
    """Whether the new type keeps the digits that any value of the old one can have."""
    if isinstance(old, Float):
        return _digits(old) <= _digits(new)
    if isinstance(old, Numeric):
        return (old.precision or 0) in range(1, _digits(new) + 1)
    if isinstance(old, Integer):
        return len(str(max(map(abs, whole_numbers(old) or (0,))))) <= _digits(new)
    return False


def _is_longer_than(digits: int) -> Condition:
    """Whether a number has more digits from the first that is not 0 to the last one."""

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        first: ColumnElement[Any] = func.floor(func.log10(func.abs(column)))
        return func.round(column, digits - 1 - first) != column

    return condition
