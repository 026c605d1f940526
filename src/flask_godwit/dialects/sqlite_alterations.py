"""Values that a change of type makes others of on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    Time,
    cast,
)

from ..sqlite.moments import OFFSET, ZULU
from .base import Alteration

_NUMBERS = (Integer, Numeric, Float)


def altered(old: Any, new: Any) -> Iterator[Alteration]:
    """Conditions on a column, each with what happens to its values."""
    if isinstance(new, Boolean) and isinstance(old, _NUMBERS):
        yield lambda column: column.not_in((0, 1)), "are neither 0 nor 1: they become true"
    elif isinstance(new, Float) and isinstance(old, Integer):
        yield lambda column: cast(column, Float()) != column, "lose digits"
    elif isinstance(old, String) and not isinstance(old, Enum) and isinstance(new, DateTime | Time):
        yield _has_zone, "lose their time zone"


def _has_zone(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.op("GLOB")(OFFSET) | column.op("GLOB")(ZULU)
