"""Which tables are what their models would create, line by line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from sqlalchemy import Connection, Table

from ...dialects.glance import CHECK, COLUMN, FOREIGN_KEY, INDEX, Glance, Line, Meant, Seen
from ..compare.text import plain
from ..names import Key
from .model import Models, Wanted


def unchanged(
    connection: Connection,
    glance: Glance,
    tables: Mapping[Key, Table],
    is_looked_at: Callable[[Key, Line], bool],
) -> Iterator[Key]:
    """The tables that are obviously as their models are.

    :param tables: models, by the keys of tables that the database has.
    :param is_looked_at: whether a line of a table takes part in the comparison.
    """
    models = Models(connection.dialect, glance)
    schemas = {schema for schema, _ in tables if schema is None or glance.manner.schemas}
    for schema in schemas:
        names = {name for place, name in tables if place == schema}
        seen = glance.tables(connection, schema, names)
        written = ((name, models.wanted(tables[schema, name])) for name in seen)
        wanted = {name: found for name, found in written if found is not None}
        meant = _meant(connection, glance, wanted.values())
        for name, found in wanted.items():
            words = meant.get(found.options)
            if words is None or not _is_same(seen[name], found, words, glance):
                continue
            if all(is_looked_at((schema, name), line) for line in seen[name].lines):
                yield schema, name


def _meant(
    connection: Connection, glance: Glance, wanted: Collection[Wanted]
) -> dict[str, Meant | None]:
    """What the server makes of all columns, for each kind of table."""
    texts: dict[str, set[str]] = {}
    for table in wanted:
        texts.setdefault(table.options, set()).update(table.columns.values())
    return {
        options: glance.meant(connection, options, sorted(found))
        for options, found in texts.items()
    }


def _is_same(seen: Seen, wanted: Wanted, meant: Meant, glance: Glance) -> bool:
    if seen.options != meant.options:
        return False
    left = set(seen.lines)
    if len(left) != len(seen.lines):
        return False
    for name, text in wanted.columns.items():
        line = Line(COLUMN, name, meant.columns.get(text, ""))
        if line not in left:
            return False
        left.remove(line)
    for line in sorted(wanted.lines, key=lambda line: line.name is None):
        match = line if line in left else _spelled_otherwise(line, left)
        if match is None:
            return False
        left.remove(match)
    return not left or (glance.manner.indexes_foreign_keys and _are_implied(left, seen.lines))


def _spelled_otherwise(wanted: Line, left: Collection[Line]) -> Line | None:
    """A line that says the same: under any name, if the models give none."""
    for line in left:
        if line.kind != wanted.kind or wanted.name not in (None, line.name):
            continue
        if line.text == wanted.text:
            return line
        if line.kind == CHECK and plain(line.text) == plain(wanted.text):
            return line
    return None


def _are_implied(left: Collection[Line], lines: Collection[Line]) -> bool:
    """Whether these are the indexes that a server makes for foreign keys that have none."""
    made = set()
    for line in lines:
        if line.kind == FOREIGN_KEY:
            columns = line.text[: line.text.index(")") + 1]
            first = columns[1:-1].split(",")[0]
            made |= {Line(INDEX, line.name, columns), Line(INDEX, first, columns)}
    return made.issuperset(left)
