"""Which values follow their column into another type, but are not the same afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Enum, Numeric, func, types
from sqlalchemy import cast as sql_cast

from ..dialects.base import Alteration, Condition, Database
from ..dialects.stored_types import written_as
from .row_queries import is_exact

_LESS = "lose digits or the time"


def alterations(database: Database, dialect: Dialect, old: Any, new: Any) -> Iterator[Alteration]:
    """Conditions on a column, each with what happens to its values, for a sentence about them."""
    old, new = written_as(old, dialect), written_as(new, dialect)
    condition = _rounds(old, new)
    if condition is not None:
        yield condition, _LESS
    yield from database.altered(old, new)


def _says_more(new: Any) -> Condition:
    """Which texts have a time beside the day, or a day beside the time."""
    days = "%____-__-__%" if isinstance(new, types.Time) else "%____-__-__%_:__%"
    return lambda column: column.like(days)


def _rounds(old: Any, new: Any) -> Condition | None:
    """Which values are cut or rounded on each database."""
    if isinstance(old, types.DateTime) and isinstance(new, types.Date):
        return lambda column: column != sql_cast(column, types.Date())
    if isinstance(old, types.DateTime) and isinstance(new, types.Time):
        return lambda column: column.is_not(None)
    is_text = isinstance(old, types.String) and not isinstance(old, Enum)
    if is_text and isinstance(new, types.Date | types.Time):
        return _says_more(new)
    if not (isinstance(old, Numeric | types.Float) or (is_text and is_exact(new))):
        return None
    if isinstance(new, types.Integer):
        return lambda column: column != func.round(column)
    scale = new.scale if is_exact(new) else None
    if scale is None or (is_exact(old) and (old.scale or 0) <= scale):
        return None

    def rounds(column: ColumnElement[Any]) -> ColumnElement[bool]:
        # A FLOAT of MySQL is compared as it is shown: with all its bits it is never a round number.
        said = column if is_text or is_exact(old) else sql_cast(column, types.Text())
        number = sql_cast(said, Numeric(60, 15))
        return (column if is_exact(old) else number) != func.round(number, scale)

    return rounds
