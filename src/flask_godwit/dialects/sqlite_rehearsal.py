"""A copy of an SQLite database in memory, on which a migration can be rehearsed.

Nothing is locked or written in the real one. Of a big database only the schema is copied, and
the rows of its small tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, StaticPool, create_engine
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError

from ..sqlite.tokens import in_schema, quoted
from .sqlite_attached import attached, set_apart

_WHOLE_BYTES = 64_000_000
_SMALL_ROWS = 1000
_OBJECTS = """
    SELECT type, name, sql FROM {}.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%'
    ESCAPE '~' ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END
"""


@contextmanager
def copied(connection: Connection) -> Iterator[Connection]:
    """A connection to a copy that is gone afterwards."""
    real: Any = connection.connection.dbapi_connection
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as copy:
        if isinstance(real, sqlite3.Connection):
            _copy(real, copy)
        engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
        names = attached(real) if isinstance(real, sqlite3.Connection) else []
        # After what the application does to each connection, such as to attach its files to it.
        listen(engine, "connect", lambda raw, _: set_apart(raw, names))
        try:
            with engine.connect() as twin:
                for name in names:
                    _copy_objects(real, copy, name)
                yield twin
        finally:
            engine.dispose()


def sizes(connection: Connection, tables: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """The highest row identifier for the rows; for the bytes, the whole file's."""
    pages, size = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_count", "page_size")
    )
    return {
        table: (_rows(connection, table), pages * size)
        for table in tables
        if connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        ).first()
    }


def _rows(connection: Connection, table: str) -> int:
    name = connection.dialect.identifier_preparer.quote_identifier(table)
    try:
        return int(connection.exec_driver_sql(f"SELECT max(rowid) FROM {name}").scalar() or 0)
    except DBAPIError:  # WITHOUT ROWID
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0)


def _copy(real: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    pages, size = (real.execute(f"PRAGMA {n}").fetchone()[0] for n in ("page_count", "page_size"))
    if pages * size <= _WHOLE_BYTES and not real.in_transaction:
        real.backup(copy)
        return
    _copy_objects(real, copy, "main")


def _copy_objects(real: sqlite3.Connection, copy: sqlite3.Connection, schema: str) -> None:
    for kind, name, sql in real.execute(_OBJECTS.format(quoted(schema))).fetchall():
        try:
            copy.execute(in_schema(sql, kind, schema))
        except sqlite3.Error:  # a table's shadow, or a module that only the application loads
            continue
        if kind == "table":
            _copy_rows(real, copy, f"{quoted(schema)}.{quoted(name)}")
    copy.commit()


def _copy_rows(real: sqlite3.Connection, copy: sqlite3.Connection, table: str) -> None:
    rows = real.execute(f"SELECT * FROM {table} LIMIT {_SMALL_ROWS + 1}").fetchall()
    if len(rows) > _SMALL_ROWS:
        rows = rows[:1]  # an empty table can be changed in other ways than one with rows
    if rows:
        places = ", ".join("?" * len(rows[0]))
        copy.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
