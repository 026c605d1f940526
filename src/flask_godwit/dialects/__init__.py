"""What each database is like: its errors, its administration. Knows no plan, no rule, no Flask.

:func:`dialect_for` is the one place that turns a database's name into behaviour.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import URL, Dialect

from .base import Database

_CLASSES = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
}
"""By what SQLAlchemy calls a database, the class in the module of that name."""


@cache
def _class_of(name: str) -> type[Database]:
    """Imported when such a database is met: an application seldom has two kinds."""
    if name not in _CLASSES:
        return Database
    found: type[Database] = getattr(import_module(f".{name}", __name__), _CLASSES[name])
    return found


def dialect_for(url: URL, dialect: Dialect | None = None) -> Database:
    """The behaviour of the database at ``url``.

    MariaDB is reached through ``mysql://`` as well; only a connected SQLAlchemy
    ``dialect`` can tell the two apart.
    """
    name = url.get_backend_name()
    if getattr(dialect, "is_mariadb", False):
        name = "mariadb"
    database = _class_of(name)(url)
    if name == "mysql" and dialect is None:
        database.name = "MySQL or MariaDB"
    return database


def class_for(dialect: Dialect) -> type[Database]:
    """What can be known of a database without a connection to it."""
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    return _class_of(name)


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
    return _class_of(context.dialect.name).operations(context)


__all__ = [
    "Database",
    "class_for",
    "dialect_for",
    "is_one_of",
    "name_of",
    "operations",
]
