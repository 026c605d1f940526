"""The databases that a test can have: fresh, empty, and gone afterwards.

A test never asks which database it has; it asks for what it needs::

    @pytest.mark.requires("schemas")
    def test_tables_of_a_schema_are_found(database): ...
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.servers.session import Session

FEATURES = {
    "alter_column": "a column is changed in place, where SQLite copies the whole table",
    "auto_increment": "a column says of itself that it counts",
    "comments": "tables and columns carry comments",
    "concurrent_indexes": "an index is made while others write, outside any transaction",
    "create_database": "databases are made by a statement, on a server",
    "enum_types": "an enumeration is a named type of its own, made before the table",
    "expression_indexes": "an index on what a function makes of a column",
    "identity": "a column is GENERATED AS IDENTITY, by a sequence of its own",
    "native_enum": "the database itself knows a column's allowed values, and reflects them",
    "partial_indexes": "an index on the rows that satisfy a condition",
    "schemas": "one database holds several named schemas",
    "sequences": "sequences are objects of their own",
    "strict_values": "what is too long for a column is refused, and so is what refers to nothing",
    "transactional_ddl": "a rollback takes back a table made in that transaction",
}
"""What some databases have and others have not. A test proves each entry on each database."""

_MYSQL = {
    *("alter_column", "auto_increment", "comments", "create_database", "native_enum"),
    "strict_values",
}
_OF_DIALECT = {
    "sqlite": {"expression_indexes", "partial_indexes"},
    "postgresql": set(FEATURES) - {"auto_increment"},
    "mysql": _MYSQL | {"expression_indexes"},
    "mariadb": _MYSQL | {"sequences"},
}


@dataclass(frozen=True)
class Kind:
    """A database as an application sees it: whose it is, and through which driver."""

    name: str
    dialect: str
    driver: str

    @property
    def features(self) -> frozenset[str]:
        return frozenset(_OF_DIALECT[self.dialect])

    @property
    def server(self) -> str | None:
        """The server that it needs, by its name in :mod:`tests.servers`."""
        return None if self.dialect == "sqlite" else self.dialect

    def __str__(self) -> str:
        return self.name


SQLITE = Kind("sqlite", "sqlite", "sqlite")
POSTGRESQL = Kind("postgresql-psycopg2", "postgresql", "postgresql+psycopg2")
PSYCOPG = Kind("postgresql-psycopg", "postgresql", "postgresql+psycopg")
MYSQL = Kind("mysql", "mysql", "mysql+mysqldb")
MARIADB = Kind("mariadb", "mariadb", "mysql+mysqldb")

KINDS = (SQLITE, POSTGRESQL, PSYCOPG, MYSQL, MARIADB)


@dataclass(frozen=True)
class Database:
    """A database of one's own.

    ``url`` is for ``SQLALCHEMY_DATABASE_URI``; it holds the password.
    """

    kind: Kind
    address: URL

    @property
    def name(self) -> str:
        """What it is, for an id: ``postgresql-psycopg2``."""
        return self.kind.name

    @property
    def dialect(self) -> str:
        """Whose it is: ``sqlite``, ``postgresql``, ``mysql`` or ``mariadb``."""
        return self.kind.dialect

    @property
    def features(self) -> frozenset[str]:
        """What it has, of :data:`FEATURES`."""
        return self.kind.features

    @property
    def url(self) -> str:
        return self.address.render_as_string(hide_password=False)

    @contextmanager
    def engine(self, **options: Any) -> Iterator[Engine]:
        """An engine that leaves no connection open."""
        engine = create_engine(self.address, **{"poolclass": NullPool, **options})
        try:
            yield engine
        finally:
            engine.dispose()


def make_empty(database: Database) -> None:
    """Take everything out of a database, but for schemas that a test has made."""
    name = str(database.address.database)
    if not database.kind.server:
        Path(name).unlink(missing_ok=True)
        return
    parts = ("SCHEMA public CASCADE", "SCHEMA public")
    if database.dialect != "postgresql":
        parts = (f"DATABASE {name}", f"DATABASE {name}{_CREATE[database.dialect]}")
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text(f"DROP {parts[0]}"))
        connection.execute(text(f"CREATE {parts[1]}"))


class Databases:
    """Makes databases and drops them; lasts as long as the test session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._admins: dict[str, Engine] = {}
        self._numbers = itertools.count(1)

    def create(self, kind: Kind, folder: Path, label: str = "app") -> Database:
        """A new empty database. One of SQLite is a file in the folder.

        :raises tests.servers.Unavailable: there is no server for it, or no driver.
        """
        if not kind.server:
            return Database(kind, URL.create(kind.driver, database=str(folder / f"{label}.db")))
        admin = self._admin(kind)
        # Sessions may share a server, hence the process.
        name = f"godwit_{os.getpid()}_{next(self._numbers)}_{label}"
        _execute(admin, f"CREATE DATABASE {name}{_CREATE[kind.dialect]}")
        return Database(kind, admin.url.set(drivername=kind.driver, database=name))

    def drop(self, database: Database) -> None:
        """Drop a database, whoever still has a connection to it."""
        name = str(database.address.database)
        if not database.kind.server:
            Path(name).unlink(missing_ok=True)
        elif database.dialect == "postgresql":
            _execute(self._admin(database.kind), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        else:
            _drop_mysql(self._admin(database.kind), name)

    def close(self) -> None:
        for engine in self._admins.values():
            engine.dispose()

    def _admin(self, kind: Kind) -> Engine:
        """The one connection that makes and drops the databases of a server."""
        server = str(kind.server)
        if server not in self._admins:
            url = make_url(self._session.url(server)).set(drivername=kind.driver)
            options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_pre_ping": True}
            self._admins[server] = create_engine(url, pool_size=1, **options)
        return self._admins[server]


_CREATE = {
    "postgresql": " TEMPLATE template0 ENCODING 'UTF8'",
    "mysql": " CHARACTER SET utf8mb4",
    "mariadb": " CHARACTER SET utf8mb4",
}


def _drop_mysql(admin: Engine, name: str) -> None:
    """A forgotten transaction would make DROP DATABASE wait for ever."""
    forgotten = text("SELECT id FROM information_schema.processlist WHERE db = :name")
    with admin.connect() as connection:
        for (number,) in connection.execute(forgotten, {"name": name}).all():
            with suppress(OperationalError):  # it has just ended by itself
                connection.execute(text(f"KILL {number}"))
    _execute(admin, f"DROP DATABASE IF EXISTS {name}")


def _execute(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))
