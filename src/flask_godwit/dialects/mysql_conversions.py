"""What MySQL and MariaDB make of values whose column gets another type, as an expression."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    Time,
    cast,
)
from sqlalchemy.dialects.mysql import SET


def converted(column: ColumnElement[Any], old: Any, new: Any) -> ColumnElement[Any]:
    """A value after the change; as it was, where a cast can't say that."""
    if isinstance(new, String) and not isinstance(new, Enum | SET):
        if isinstance(old, Numeric | Float | Integer | Date | DateTime | Time):
            column = cast(column, String())  # a number is compared with a text as a number
        return column.collate(new.collation) if new.collation else column
    if isinstance(new, Integer) and not isinstance(new, Boolean):
        return cast(column, BigInteger())
    exact = isinstance(new, Numeric) and new.precision is not None and bool(new.asdecimal)
    return cast(column, new) if exact or isinstance(new, Date | DateTime | Time) else column
