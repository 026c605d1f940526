"""Which views and triggers would no longer work without some columns, as SQLite says it itself.

The schema is made twice in memory, with the columns and without. A name in the text of a trigger
may be a column of any table, so that reading it is not enough.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress

from .tokens import folded, quoted

Row = tuple[str, str, str]
"""The kind, the name and the text of an object."""

_PROBE = "_godwit_probe"


def broken_without(
    stored: Iterable[Row], columns: Mapping[str, Collection[str]]
) -> set[tuple[str, str]]:
    """The kinds and names of those that work now, and would not then.

    :param stored: all that the schema has.
    :param columns: the names of those that go, by table.
    """
    rows = list(stored)
    gone = {folded(table): set(map(folded, names)) for table, names in columns.items()}
    return _broken(rows, gone) - _broken(rows, {})


def _broken(rows: list[Row], gone: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.execute(f"CREATE TABLE {_PROBE} (x)")
        for kind, name, sql in rows:
            if kind == "table":
                _try(copy, sql)
                _take_out(copy, name, gone.get(folded(name), set()))
        for kind, _, sql in rows:
            if kind == "view":
                _try(copy, sql)
        return {*_broken_views(copy, rows), *_broken_triggers(copy, rows)}


def _take_out(copy: sqlite3.Connection, table: str, columns: set[str]) -> None:
    """Of a table without the columns, the names of the others are enough."""
    if not columns:
        return
    names = [str(row[1]) for row in copy.execute(f"PRAGMA table_xinfo({quoted(table)})")]
    left = [quoted(name) for name in names if folded(name) not in columns]
    if left:
        copy.execute(f"DROP TABLE {quoted(table)}")
        copy.execute(f"CREATE TABLE {quoted(table)} ({', '.join(left)})")


def _broken_views(copy: sqlite3.Connection, rows: list[Row]) -> Iterator[tuple[str, str]]:
    views = [name for kind, name, _ in rows if kind == "view"]
    broken = [name for name in views if not _try(copy, f"EXPLAIN SELECT * FROM {quoted(name)}")]
    for name in broken:  # what looks for broken triggers would find it first
        _try(copy, f"DROP VIEW {quoted(name)}")
        yield "view", name


def _broken_triggers(copy: sqlite3.Connection, rows: list[Row]) -> Iterator[tuple[str, str]]:
    """SQLite looks through the whole schema when a table is renamed."""
    for kind, name, sql in rows:
        if kind != "trigger":
            continue
        copy.execute("BEGIN")
        works = _try(copy, sql) and _try(copy, f"ALTER TABLE {_PROBE} RENAME TO {_PROBE}_2")
        copy.execute("ROLLBACK")
        if not works:
            yield kind, name


def _try(copy: sqlite3.Connection, sql: str) -> bool:
    with suppress(sqlite3.Error):
        copy.execute(sql)
        return True
    return False
