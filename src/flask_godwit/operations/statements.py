"""What a person gave to ``op.backfill``, as SQLAlchemy takes it for the table as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    String,
    Table,
    Update,
    and_,
    literal,
    text,
    update,
)
from sqlalchemy.sql import column as plain_column
from sqlalchemy.sql import table as plain_table
from sqlalchemy.sql.elements import ClauseElement, ColumnClause, TextClause
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.sql.visitors import iterate, replacement_traverse

Where = str | ColumnElement[bool] | None


def named(values: Mapping[Any, Any]) -> dict[str, Any]:
    """The values by the names of their columns; a key may be a column itself."""
    return {getattr(key, "name", key): value for key, value in values.items()}


def assigned(values: Mapping[str, Any], table: TableClause) -> dict[str, Any]:
    """The values, with columns of the same table, wherever they come from, made this one's."""
    return {
        name: _adapted(value, table) if isinstance(value, ClauseElement) else value
        for name, value in values.items()
    }


def as_stored(value: Any, column: Column[Any]) -> Any:
    """A value of JSON as text, where the database has no type of its own for it."""
    if isinstance(value, (dict, list)) and isinstance(column.type, String):
        return json.dumps(value)
    return value


def condition(where: Where, table: TableClause) -> ColumnElement[bool] | None:
    """The condition as an expression that can be combined with others."""
    if where is None:
        return None
    if isinstance(where, str):
        return and_(text(f"({where})"))
    if isinstance(where, TextClause):
        bound = where._bindparams.values()
        return and_(text(f"({where.text})").bindparams(*bound))
    adapted: ColumnElement[bool] = _adapted(where, table)
    return adapted


def mentions(where: ColumnElement[bool] | None, names: Iterable[str]) -> bool:
    """Whether a condition is about one of these columns, so that it may cease to be true."""
    if where is None:
        return False
    found: set[str] = set()
    for part in iterate(where):
        if isinstance(part, ColumnClause):
            found.add(part.name.lower())
        elif isinstance(part, TextClause):
            found.update(word.lower() for word in re.findall(r"\w+", part.text))
    return any(name.lower() in found for name in names)


def plain_update(name: str, schema: str | None, values: Mapping[str, Any], where: Where) -> Update:
    """One UPDATE for all rows of a table that nobody can look at."""
    table = plain_table(name, *(plain_column(each) for each in values), schema=schema)
    # A column that nobody can look at has no type, by which a literal could be written.
    known = {
        key: value if isinstance(value, ClauseElement) else literal(value)
        for key, value in values.items()
    }
    statement = update(table).values(assigned(known, table))
    only = condition(where, table)
    return statement if only is None else statement.where(only)


def text_of(
    table: Table, values: Mapping[str, Any], where: ColumnElement[bool] | None, dialect: Dialect
) -> str:
    """What tells one backfill of a table from another."""
    statement = update(table).values(dict(values))
    compiled = (statement if where is None else statement.where(where)).compile(dialect=dialect)
    return f"{compiled} {compiled.params!r}"


def _adapted(expression: Any, table: TableClause) -> Any:
    def replaced(element: Any, **_: Any) -> Any:
        # A second Table of that name would become a second table of the UPDATE.
        other = element.table if isinstance(element, ColumnClause) else None
        if not isinstance(other, TableClause) or other is table:
            return None
        if other.name != table.name or getattr(other, "schema", None) != table.schema:
            return None
        return _column(table, element)

    return replacement_traverse(expression, {}, replaced)


def _column(table: TableClause, part: ColumnClause[Any]) -> Any:
    if part.name not in table.c and not isinstance(table, Table):
        table.append_column(plain_column(part.name, part.type))
    return table.c[part.name]
