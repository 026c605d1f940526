"""Which views, triggers and routines of MySQL and MariaDB read a table or column.

The server lets that go under their eyes, and they fail when they are used the next time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from .object_answers import VIEW
from .objects import ObjectKey, Objects, SchemaObject, names_in

_ROW = re.compile(r"\b(?:NEW|OLD)\s*\.\s*(`(?:[^`]|``)+`|[\w$]+)", re.IGNORECASE)


def broken_readers(
    found: Objects, gone: Mapping[str, Collection[str]]
) -> Mapping[ObjectKey, tuple[str, str]]:
    """What would no longer work, and the table and column that each misses first.

    :param gone: the columns that go, by table; no column is the whole table.
    """
    broken: dict[ObjectKey, tuple[str, str]] = {}
    waiting: Mapping[str, Collection[str]] = gone
    while waiting:
        reads = {key: _missed(one, waiting) for key, one in found.items() if key not in broken}
        more = {key: missed for key, missed in reads.items() if missed}
        broken |= more
        waiting = {key.name: () for key in more if key.kind == VIEW}  # others may read these
    return broken


def _missed(one: SchemaObject, gone: Mapping[str, Collection[str]]) -> tuple[str, str] | None:
    used = _of_view(one) if one.key.kind == VIEW else None
    for table, columns in gone.items():
        for column in columns or ("",):
            place = (table.lower(), column.lower())
            if place in used if used is not None else _mentions(one, *place):
                return table, column
    return None


def _of_view(one: SchemaObject) -> set[tuple[str, str]] | None:
    """The tables and columns of a view, in which the server names the table of every column."""
    try:
        tree = parse_one(one.statement, read="mysql")
    except SqlglotError:
        return None
    columns = [(column.table.lower(), column.name.lower()) for column in tree.find_all(exp.Column)]
    return set(_places(tree, columns))


def _places(tree: Any, columns: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for table in tree.find_all(exp.Table):
        name, alias = table.name.lower(), table.alias_or_name.lower()
        yield name, ""
        yield from ((name, column) for of, column in columns if of == alias)


def _mentions(one: SchemaObject, table: str, column: str) -> bool:
    """Whether it names a table, or a column together with its table."""
    body = one.statement.partition(" FOR EACH ROW ")[2] if one.table else one.statement
    if one.table.lower() == table and column in _of_row(body):
        return True
    return {table, column or table} <= names_in(body)


def _of_row(body: str) -> set[str]:
    """The columns of the row that a trigger is about."""
    return {name.strip("`").replace("``", "`").lower() for name in _ROW.findall(body)}
