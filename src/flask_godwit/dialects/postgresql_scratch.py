"""Scratch databases of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from .scratch import PREFIX, drop_left_behind, made_for_a_moment

_SCRATCHES = text("SELECT datname FROM pg_database WHERE datname LIKE :pattern")
_EXTENSIONS = text(
    "SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
)
_SCHEMAS = text(
    "SELECT nspname FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'"
)


@contextmanager
def scratch(server: Engine, real: Engine) -> Iterator[Engine]:
    """An empty database with the schemas and extensions of the real one."""
    with server.connect() as connection:
        left = list(connection.scalars(_SCRATCHES, {"pattern": f"{PREFIX}%"}))
        version = connection.dialect.server_version_info or (0,)
    drop_left_behind(server, left)
    force = " WITH (FORCE)" if version >= (13,) else ""
    with made_for_a_moment(server, "", force) as engine:
        _furnish(real, engine)
        yield engine


def _furnish(real: Engine, engine: Engine) -> None:
    """What an administrator made or installed is there before the first revision."""
    try:
        with real.connect() as connection:
            schemas = list(connection.scalars(_SCHEMAS))
            extensions = connection.execute(_EXTENSIONS).all()
    except SQLAlchemyError:  # the real database need not be there
        return
    quote = real.dialect.identifier_preparer.quote
    wanted = [f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}" for schema in schemas]
    wanted += [
        f"CREATE EXTENSION IF NOT EXISTS {quote(name)} SCHEMA {quote(schema)}"
        for name, schema in extensions
    ]
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in wanted:
            with suppress(SQLAlchemyError):  # what is not installed on the scratch server
                connection.exec_driver_sql(statement)
