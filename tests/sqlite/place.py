"""A database of SQLite in memory, and Alembic's operations on it, as a run of ours does them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from flask_godwit.dialects import operations


@dataclass
class Place:
    """The database with its rows; ``op`` is what a script has."""

    connection: Connection
    op: Any

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.connection.exec_driver_sql(statement)]

    def run(self, *statements: str) -> None:
        for statement in statements:
            self.connection.exec_driver_sql(statement)

    def sql(self, name: str) -> str:
        """The stored text of an object."""
        found = self.rows(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")
        assert found, f"there is no {name}"
        return str(found[0][0])

    def everything(self) -> list[tuple[Any, ...]]:
        """The schema and all rows, to see that nothing was changed."""
        schema = self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
        tables = [row[1] for row in schema if row[0] == "table"]
        return [*schema, *(row for t in tables for row in self.rows(f'SELECT * FROM "{t}"'))]

    @contextmanager
    def batch(self, table: str = "t", **options: Any) -> Iterator[Any]:
        with self.op.batch_alter_table(table, **options) as batch:
            yield batch


@contextmanager
def place(*statements: str, metadata: Any = None, foreign_keys: bool = False) -> Iterator[Place]:
    """A database that these statements have made."""
    engine = create_engine("sqlite://")
    with ExitStack() as stack, engine.connect() as connection:
        stack.callback(engine.dispose)
        if foreign_keys:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        with operations(context):
            yield Place(connection, Operations(context))
