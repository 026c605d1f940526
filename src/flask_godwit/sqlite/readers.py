"""Which views and triggers would no longer work without some columns, as SQLite says it itself.

The schema is made twice in memory, with the columns and without. A name in the text of a trigger
may be a column of any table, so that reading it is not enough.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress

from .tokens import folded, quoted, tokens_of

Row = tuple[str, str, str]
"""The kind, the name and the text of an object."""

_TABLE_OF = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = ?"
_STOPS = re.compile(r"error in (view|trigger) (.+?)(?: after rename)?: ")
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_PROBE = "_godwit_probe"


def broken_without(
    stored: Iterable[Row], columns: Mapping[str, Collection[str]]
) -> set[tuple[str, str]]:
    """The kinds and names of those that work now, and would not then.

    :param stored: all that the schema has.
    :param columns: the names of those that go, by table; none is the whole table.
    """
    rows = list(stored)
    gone = {folded(table): set(map(folded, names)) for table, names in columns.items()}
    return _broken(rows, gone) - _broken(rows, {})


def stopping_renames(
    stored: Iterable[Row], columns: Mapping[str, Collection[str]]
) -> tuple[str, str] | None:
    """The kind and name of what keeps SQLite from renaming columns, but would not keep it from
    renaming anything.

    A column of a view is called as the one that it reads: what knows the view's is left behind.
    """
    rows = sorted(stored, key=lambda row: ("table", "view", "trigger").index(row[0]))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        for sql in (f"CREATE TABLE {_PROBE} (x)", *(sql for _, _, sql in rows)):
            _try(copy, sql)
        if not _try(copy, f"ALTER TABLE {_PROBE} RENAME TO {_PROBE}_2"):
            return None
        for table, names in columns.items():
            for name in names:
                change = f"RENAME COLUMN {quoted(name)} TO {quoted(f'{_PROBE}_{name}')}"
                try:
                    copy.execute(f"ALTER TABLE {quoted(table)} {change}")
                except sqlite3.Error as error:
                    found = _STOPS.match(str(error))
                    return (found[1], found[2]) if found else None
    return None


def _broken(rows: list[Row], gone: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.execute(f"CREATE TABLE {_PROBE} (x)")
        for kind, name, sql in rows:
            columns = gone.get(folded(name))
            if kind == "table" and columns != set():
                _try(copy, sql)
                _take_out(copy, name, columns or set())
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
        works = works and _try(copy, _setting_off(copy, name, sql))
        copy.execute("ROLLBACK")
        if not works:
            yield kind, name


def _setting_off(copy: sqlite3.Connection, trigger: str, sql: str) -> str:
    """A statement that sets off a trigger, whose own have to name columns that there are."""
    (table,) = copy.execute(_TABLE_OF, (trigger,)).fetchone()
    place, found = quoted(table), copy.execute(f"PRAGMA table_xinfo({quoted(table)})")
    names = [quoted(str(row[1])) for row in found if not row[6]]  # but for generated ones
    event = next(token.keyword for token in tokens_of(sql)[3:] if token.keyword in _EVENTS)
    if event == "INSERT":
        values = ", ".join("NULL" for _ in names)
        return f"EXPLAIN INSERT INTO {place} ({', '.join(names)}) VALUES ({values})"
    if event == "UPDATE":
        return f"EXPLAIN UPDATE {place} SET {', '.join(f'{name} = NULL' for name in names)}"
    return f"EXPLAIN DELETE FROM {place}"


def _try(copy: sqlite3.Connection, sql: str) -> bool:
    with suppress(sqlite3.Error):
        copy.execute(sql)
        return True
    return False
