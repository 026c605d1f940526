"""The four databases: an empty one when asked for, and what a tool left behind in it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Inspector, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool
from tests.servers.session import Session

from bench.models import TABLE_PREFIX

NAMES = ["sqlite", "postgresql", "mysql", "mariadb"]


@dataclass(frozen=True)
class Server:
    """Where databases can be made: a folder for SQLite, else a server's URL."""

    name: str
    url: URL

    def database(self, label: str) -> Database:
        if self.name == "sqlite":
            return Database(self, self.url.set(database=f"{self.url.database}/{label}.db"))
        return Database(self, self.url.set(database=f"godwit_bench_{os.getpid()}_{label}"))

    def version(self) -> str:
        if self.name == "sqlite":
            return sqlite3.sqlite_version
        with _engine(self.url).connect() as connection:
            return str(connection.scalar(text("SELECT version()")))


@dataclass(frozen=True)
class Database:
    """One database, used by one project alone."""

    server: Server
    url: URL

    @property
    def address(self) -> str:
        """The URL for the application; it holds a password, so it is never printed."""
        return self.url.render_as_string(hide_password=False)

    def recreate(self) -> None:
        """Empty, whatever it was."""
        self.drop()
        if self.server.name != "sqlite":
            self._administer(f"CREATE DATABASE {self.url.database}")

    def drop(self) -> None:
        if self.server.name == "sqlite":
            _remove_sqlite(Path(str(self.url.database)))
            return
        self._administer(f"DROP DATABASE IF EXISTS {self.url.database}")

    def revision(self) -> str | None:
        """What the version table says, read without either tool."""
        engine = _engine(self.url)
        if not inspect(engine).has_table("alembic_version"):
            return None
        with engine.connect() as connection:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def schema(self) -> dict[str, str]:
        """Every table of the application in words, for comparing what two tools have made."""
        return _described(inspect(_engine(self.url)))

    def _administer(self, statement: str) -> None:
        engine = _engine(self.server.url).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


def find_server(name: str, folder: Path, session: Session) -> Server:
    """The database of that name: SQLite in the folder, else a server as the tests find it.

    :raises Unavailable: there is no such server, and why.
    """
    if name == "sqlite":
        return Server(name, URL.create("sqlite", database=str(folder)))
    url = make_url(session.url(name))
    if name == "postgresql":  # SQLAlchemy 2.1 would look for psycopg 3
        url = url.set(drivername="postgresql+psycopg2")
    return Server(name, url)


def _engine(url: URL) -> Engine:
    """No pool: an open connection would keep a database from being dropped."""
    return create_engine(url, poolclass=NullPool)


def _remove_sqlite(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _described(inspector: Inspector) -> dict[str, str]:
    """Table name -> columns, key, indexes and constraints; the tools' own tables left out."""
    columns = inspector.get_multi_columns()
    keys = inspector.get_multi_pk_constraint()
    lists: list[Mapping[Any, Any]] = [
        inspector.get_multi_indexes(),
        inspector.get_multi_unique_constraints(),
        inspector.get_multi_foreign_keys(),
    ]
    return {
        table: "\n".join([*map(repr, columns[key]), repr(keys[key]), *_unordered(lists, key)])
        for key in columns
        if (table := key[1]).startswith(TABLE_PREFIX)
    }


def _unordered(lists: list[Mapping[Any, Any]], key: Any) -> list[str]:
    """The order of columns belongs to a schema, that of indexes and constraints does not."""
    return [line for found in lists for line in sorted(map(repr, found[key]))]
