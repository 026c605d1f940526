"""What the ways have in common in which an operation is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table

from ..dialects import Database, dialect_for
from ..surroundings import surroundings_of
from .steps import first_statement, parts_of

Tell = Callable[[str, str], None]
"""Told of the bind, and of what is done in a safe form."""

Invoke = Callable[[Any, Any], Any]
"""Alembic's own way to carry out an operation."""


class Road:
    """One run on one database."""

    def __init__(self, context: MigrationContext, tell: Tell) -> None:
        self.context = context
        self.tell = tell
        self.around = surroundings_of(context)
        self.new: set[str] = set()
        """The tables that this run makes: nobody uses them yet."""

    def go(self, operations: Any, operation: Any, invoke: Invoke) -> Any:
        """Carry out an operation, as the script says if there is nothing better."""
        raise NotImplementedError

    def name_of_table(self, table: str, schema: str | None) -> str:
        """A table's name as the database is asked for its size."""
        raise NotImplementedError

    def parts_of(self, operation: Any) -> tuple[Any, ...]:
        """The operations that an operation on a large table is carried out as; () if it is one."""
        journal = self.around.journal
        table, schema = getattr(operation, "table_name", None), getattr(operation, "schema", None)
        if table is None or journal is None:
            return ()
        name = self.name_of_table(table, schema)
        parts = () if name in self.new else self.parts_for(operation)
        first = first_statement(parts, self.context)
        if parts and journal.has_more and first:
            return parts if journal.is_ahead(first) else ()
        if not (parts and self.is_large([name])):
            return ()
        if first:
            self.tell(self.around.bind, f"{name}.{_words(operation)}")
        return parts

    def parts_for(self, operation: Any) -> tuple[Any, ...]:
        """The operations that do the same; () where one is enough."""
        return parts_of(operation, self.context, self.database.fills_rows)

    @property
    def connection(self) -> Connection:
        connection = self.context.connection
        assert connection is not None
        return connection

    @property
    def database(self) -> Database:
        return dialect_for(self.connection.engine.url, self.connection.dialect)

    def note(self, operation: Any) -> None:
        """A table that is made, or made and renamed, is new."""
        if isinstance(operation, ops.CreateTableOp):
            self.new.add(self.name_of_table(operation.table_name, operation.schema))
        if not isinstance(operation, ops.RenameTableOp):
            return
        if self.name_of_table(operation.table_name, operation.schema) in self.new:
            self.new.add(self.name_of_table(operation.new_table_name, operation.schema))

    def is_large(self, tables: Iterable[str]) -> bool:
        """Whether one of the tables is not small."""
        sizes = self.database.sizes(self.connection, list(tables))
        small = self.around.settings.small_table_rows
        return any(rows >= small for rows, _ in sizes.values())

    def quoted(self, table: str, schema: str | None) -> str:
        """A table's name in a statement."""
        preparer = self.context.dialect.identifier_preparer
        return str(preparer.format_table(Table(table, MetaData(), schema=schema)))


def tables_of(operation: Any) -> list[tuple[str, str | None]]:
    """The table that is changed, and the one that it refers to."""
    if isinstance(operation, ops.CreateForeignKeyOp):
        options = operation.kw
        return [
            (operation.source_table, options.get("source_schema")),
            (operation.referent_table, options.get("referent_schema")),
        ]
    table = getattr(operation, "table_name", None)
    return [(table, getattr(operation, "schema", None))] if table else []


def _words(operation: Any) -> str:
    if isinstance(operation, ops.AddColumnOp):
        return f"{operation.column.name}: added, then given its default in batches"
    return f"{operation.column_name}: a new column takes its place, filled in batches"
