"""What a copy of a table makes of values whose column gets another type, as an expression."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Dialect, literal_column

from ..sqlite.conversions import conversion
from ..sqlite.render import affinity


def converted(
    dialect: Dialect, column: ColumnElement[Any], old: Any, new: Any
) -> ColumnElement[Any]:
    """A value after the copy, which has the affinity of its new column."""
    before, after = (str(kind.compile(dialect=dialect)) for kind in (old, new))
    name = str(column.compile(dialect=dialect))
    expression = conversion(name, before, after, new, old).expression
    kind = affinity(after)
    if kind != affinity(before):
        # CAST would make 0 of what is no number: that is found before.
        expression = f"CAST({expression} AS {kind})"
    collation = getattr(new, "collation", None)
    value: ColumnElement[Any] = literal_column(expression)
    return value.collate(collation) if collation else value
