"""What a test asks a database, and tells it, beside the migration."""

from __future__ import annotations

from sqlalchemy import text

from tests.databases import Database


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """The answer to a query."""
    with database.engine() as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def execute(database: Database, statement: str) -> None:
    """Carry out a statement, and commit it."""
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        connection.execute(text(statement))
