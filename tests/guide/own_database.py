"""The reader's own database, as its administrator and as the blog see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, NullPool, Select, column, create_engine, inspect, select, table, text
from sqlalchemy.exc import OperationalError

ALWAYS_THERE = {"postgresql": "postgres", "mysql": "information_schema"}
"""The database to connect to when one's own does not exist."""


def blog_settings(url: URL) -> dict[str, str]:
    """The environment variables of the blog's config.py that lead to ``url``."""
    return {
        "BLOG_DB_HOST": url.host or "",
        "BLOG_DB_PORT": str(url.port or ""),
        "BLOG_DB_USER": url.username or "",
        "BLOG_DB_PASSWORD": url.password or "",
        "BLOG_DB_NAME": url.database or "",
    }


def execute(url: URL, statement: str) -> None:
    """Run a statement on the server of ``url``, outside any transaction."""
    elsewhere = url.set(database=ALWAYS_THERE[url.get_backend_name()])
    engine = create_engine(elsewhere, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def drop(url: URL) -> None:
    """Drop the database of ``url`` if there is one."""
    execute(url, f"DROP DATABASE IF EXISTS {url.database}")


def exists(url: URL) -> bool:
    """Whether one can connect to the database of ``url``."""
    try:
        with create_engine(url, poolclass=NullPool).connect():
            return True
    except OperationalError:
        return False


def tables(url: URL) -> list[str]:
    """The names of the tables of a database."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return inspect(connection).get_table_names()


def rows(url: URL, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """What these columns of a table hold."""
    query: Select[Any] = select(*map(column, columns)).select_from(table(name))
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [tuple(row) for row in connection.execute(query)]
