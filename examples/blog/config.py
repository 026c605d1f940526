"""Which database the blog uses: set BLOG_DATABASE to sqlite, postgresql, mysql or mariadb."""

import os

from sqlalchemy import URL


def server_url(driver: str, **options: str) -> URL:
    """The address ``driver://user:password@host:port/name`` of a database on a server.

    Its parts come from the environment: a password has no place in a file that
    you share. ``URL.create`` also escapes a ``@`` or ``%`` in the password.
    """
    port = os.environ.get("BLOG_DB_PORT")
    return URL.create(
        os.environ.get("BLOG_DB_DRIVER", driver),
        username=os.environ.get("BLOG_DB_USER", "blog"),
        password=os.environ.get("BLOG_DB_PASSWORD"),
        host=os.environ.get("BLOG_DB_HOST", "127.0.0.1"),
        port=int(port) if port else None,
        database=os.environ.get("BLOG_DB_NAME", "blog"),
        query=options,
    )


class SQLiteConfig:
    """One file, nothing to install. A relative path is relative to ``instance/``."""

    SQLALCHEMY_DATABASE_URI = "sqlite:///app.db"


class PostgreSQLConfig:
    """``postgresql+psycopg://user:password@host/name``, or ``+psycopg2`` for the older driver.

    Name the driver: a bare ``postgresql://`` means psycopg2 to SQLAlchemy 2.0
    and psycopg to SQLAlchemy 2.1.
    """

    SQLALCHEMY_DATABASE_URI = server_url("postgresql+psycopg")


class MySQLConfig:
    """``mysql://user:password@host/name``, for MySQL and MariaDB, through mysqlclient."""

    SQLALCHEMY_DATABASE_URI = server_url("mysql", charset="utf8mb4")


CONFIGS = {
    "sqlite": SQLiteConfig,
    "postgresql": PostgreSQLConfig,
    "mysql": MySQLConfig,
    "mariadb": MySQLConfig,
}


def chosen_config() -> type:
    """The configuration that BLOG_DATABASE names; SQLite when it names none."""
    name = os.environ.get("BLOG_DATABASE", "sqlite")
    if name not in CONFIGS:
        raise ValueError(f"BLOG_DATABASE is {name!r}; choose one of: {', '.join(CONFIGS)}.")
    return CONFIGS[name]
