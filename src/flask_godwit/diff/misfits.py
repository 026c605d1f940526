"""Which values of a column don't fit the type that it gets, as conditions on the column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Enum, LargeBinary, Numeric, String, types
from sqlalchemy import Text as TextType
from sqlalchemy import cast as sql_cast

from ..dialects.base import Condition, Database
from ..dialects.stored_types import stored_as
from .row_queries import is_exact
from .unlike import is_unlike

_UUID_LENGTH = 32
_NUMBERS = (types.Integer, Numeric, types.Float)
_AS_NUMBER = Numeric(60, 10)
"""What a text is compared as, where it is to become a number."""


def misfits(database: Database, dialect: Dialect, old: Any, new: Any) -> Iterator[Condition]:
    """Which values a change of type would fail on, or leave unreadable."""
    if is_unlike(old, new, dialect):
        yield lambda column: column.is_not(None)
        return
    old, new = stored_as(old, dialect), stored_as(new, dialect)
    if isinstance(new, Enum):
        yield _has_no_label(new, exactly=database.stores_positions and not new.native_enum)
        return
    yield from database.unreadable(old, new)
    if not database.enforces_limits or hasattr(new, "values"):  # a SET has the length of its values
        return
    if isinstance(new, String) and new.length:
        if new.length >= _UUID_LENGTH and dialect.type_compiler_instance.process(old) == "UUID":
            return  # it loses its dashes where there is no room for them
        length, limit = database.text_length, new.length
        yield lambda column: length(sql_cast(column, TextType())) > limit
    else:
        yield from _out_of_range(database, old, new)


def _has_no_label(kind: Enum, *, exactly: bool) -> Condition:
    """What an enumeration has not.

    :param exactly: the values stay as they are, also those that the server takes for the same.
    """
    labels: list[Any] = [label.encode() for label in kind.enums] if exactly else list(kind.enums)

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        said: ColumnElement[Any] = sql_cast(column, TextType())
        return (sql_cast(said, LargeBinary()) if exactly else said).not_in(labels)

    return condition


def removed(database: Database, before: Enum, after: Enum) -> Condition:
    """Which values an enumeration loses."""
    labels = [value for value in before.enums if value not in after.enums]

    def condition(column: ColumnElement[Any]) -> ColumnElement[bool]:
        gone = sql_cast(column, TextType()).in_(labels)
        # A server that looks for the new position itself may take other letters for the same.
        return gone & column.not_in(after.enums) if database.stores_positions else gone

    return condition


def _out_of_range(database: Database, old: Any, new: Any) -> Iterator[Condition]:
    """Numbers that are too large, also when they are rounded."""
    is_text = isinstance(old, String) and not database.takes_using
    bounds = _bounds(database, new) if is_text or isinstance(old, _NUMBERS) else None
    if bounds is None:
        return
    below, above = bounds

    def outside(column: ColumnElement[Any]) -> ColumnElement[bool]:
        number = sql_cast(column, _AS_NUMBER) if is_text else column
        if not isinstance(old, types.Integer):
            number = database.rounded(number, getattr(new, "scale", None) or 0)
        return (number >= above) | (number < 0 if below is None else number <= below)

    yield outside


def _bounds(database: Database, kind: Any) -> tuple[int | None, int] | None:
    """The nearest whole numbers that a type does not take; None below is whatever is negative."""
    if is_exact(kind):
        above = 10 ** (kind.precision - (kind.scale or 0))
        return (None if getattr(kind, "unsigned", False) else -above), above
    whole = database.whole_numbers(kind)
    return whole and (whole[0] - 1, whole[1] + 1)
