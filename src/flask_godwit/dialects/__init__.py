"""What each database is like: its errors, its administration. Knows no plan, no rule, no Flask.

:func:`dialect_for` is the one place that turns a database's name into behaviour.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import URL, Dialect

from .base import Database
from .mariadb import MariaDB
from .mysql import MySQL
from .postgresql import PostgreSQL
from .sqlite import SQLite

_BY_NAME: dict[str, type[Database]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
    "mysql": MySQL,
    "mariadb": MariaDB,
}


def dialect_for(url: URL, dialect: Dialect | None = None) -> Database:
    """The behaviour of the database at ``url``.

    MariaDB is reached through ``mysql://`` as well; only a connected SQLAlchemy
    ``dialect`` can tell the two apart.
    """
    name = url.get_backend_name()
    if getattr(dialect, "is_mariadb", False):
        name = "mariadb"
    database = _BY_NAME.get(name, Database)(url)
    if name == "mysql" and dialect is None:
        database.name = "MySQL or MariaDB"
    return database


def class_for(dialect: Dialect) -> type[Database]:
    """What can be known of a database without a connection to it."""
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    return _BY_NAME.get(name, Database)


def is_one_of(dialect: Dialect, names: Collection[str]) -> bool:
    """Whether one of the names is this database's; MariaDB is meant by MySQL's as well."""
    return dialect.name in names or (
        bool(getattr(dialect, "is_mariadb", False)) and "mariadb" in names
    )


def name_of(dialect: Dialect) -> str:
    """What Alembic's registries call a database."""
    return dialect.name


def operations(context: Any) -> AbstractContextManager[None]:
    """Around a run: how Alembic's operations are carried out in its ``MigrationContext``."""
    return _BY_NAME.get(context.dialect.name, Database).operations(context)


__all__ = [
    "Database",
    "MariaDB",
    "MySQL",
    "PostgreSQL",
    "SQLite",
    "class_for",
    "dialect_for",
    "is_one_of",
    "name_of",
    "operations",
]
