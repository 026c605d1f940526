"""``op.create_view`` and its like: views, functions and triggers that the models declare.

A script says by them what belongs to the models; what a revision makes by ``op.execute`` stays the
business of whoever wrote it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alembic.operations import MigrateOperation, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Dialect, text

from ..dialects import class_for, dialect_for
from ..dialects.object_answers import (
    FUNCTION,
    MATERIALIZED_VIEW,
    PROCEDURE,
    TRIGGER,
    VIEW,
)
from ..dialects.objects import ObjectKey, only_create, or_replace, quoted, tidy, view_statement
from ..frozen import frozen
from ..surroundings import surroundings_of

_RIGHTS = "godwit_rights"
"""The option of a context in which the rights are to what was dropped."""

CREATE, REPLACE, DROP = "create", "replace", "drop"
DIRECTIVES = (
    "create_view",
    "replace_view",
    "drop_view",
    "create_function",
    "replace_function",
    "drop_function",
    "create_procedure",
    "replace_procedure",
    "drop_procedure",
    "create_trigger",
    "drop_trigger",
)


@frozen
class ObjectOp(MigrateOperation):
    """What one of the directives was asked for.

    :param definition: the query of a view, or the whole statement; "" to drop it.
    """

    verb: str
    key: ObjectKey
    definition: str = ""

    @property
    def words(self) -> str:
        """What it does, such as "create view recent_posts"."""
        return f"{self.verb} {self.key.words}"

    @classmethod
    def create_view(
        cls,
        operations: Operations,
        name: str,
        definition: str,
        *,
        schema: str | None = None,
        materialized: bool = False,
    ) -> None:
        """Create a view.

        :param definition: its query, or a whole ``CREATE VIEW`` statement. The margin that all
            its lines have is taken away.
        :param materialized: one that keeps its rows, where the database has such views.
        """
        kind = MATERIALIZED_VIEW if materialized else VIEW
        operations.invoke(cls(CREATE, ObjectKey(kind, schema, name), definition))

    @classmethod
    def replace_view(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> None:
        """Give a view another query in place; the rights to it stay.

        :param definition: its query, or a whole ``CREATE VIEW`` statement.
        """
        operations.invoke(cls(REPLACE, ObjectKey(VIEW, schema, name), definition))

    @classmethod
    def drop_view(
        cls,
        operations: Operations,
        name: str,
        *,
        schema: str | None = None,
        materialized: bool = False,
    ) -> None:
        """Drop a view."""
        kind = MATERIALIZED_VIEW if materialized else VIEW
        operations.invoke(cls(DROP, ObjectKey(kind, schema, name)))

    @classmethod
    def create_function(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> None:
        """Create a function.

        :param definition: the whole ``CREATE FUNCTION`` statement.
        """
        operations.invoke(cls(CREATE, ObjectKey(FUNCTION, schema, name), definition))

    @classmethod
    def replace_function(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> None:
        """Give a function another body in place; what calls it stays.

        :param definition: the whole ``CREATE FUNCTION`` statement.
        """
        operations.invoke(cls(REPLACE, ObjectKey(FUNCTION, schema, name), definition))

    @classmethod
    def drop_function(
        cls, operations: Operations, name: str, arguments: str = "", *, schema: str | None = None
    ) -> None:
        """Drop a function.

        :param arguments: their types, on PostgreSQL, where several may have one name.
        """
        operations.invoke(cls(DROP, ObjectKey(FUNCTION, schema, name, arguments)))

    @classmethod
    def create_procedure(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> None:
        """Create a procedure.

        :param definition: the whole ``CREATE PROCEDURE`` statement.
        """
        operations.invoke(cls(CREATE, ObjectKey(PROCEDURE, schema, name), definition))

    @classmethod
    def replace_procedure(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> None:
        """Give a procedure another body in place.

        :param definition: the whole ``CREATE PROCEDURE`` statement.
        """
        operations.invoke(cls(REPLACE, ObjectKey(PROCEDURE, schema, name), definition))

    @classmethod
    def drop_procedure(
        cls, operations: Operations, name: str, arguments: str = "", *, schema: str | None = None
    ) -> None:
        """Drop a procedure.

        :param arguments: their types, on PostgreSQL, where several may have one name.
        """
        operations.invoke(cls(DROP, ObjectKey(PROCEDURE, schema, name, arguments)))

    @classmethod
    def create_trigger(
        cls,
        operations: Operations,
        name: str,
        table: str,
        definition: str,
        *,
        schema: str | None = None,
    ) -> None:
        """Create a trigger of a table.

        :param definition: the whole ``CREATE TRIGGER`` statement.
        """
        operations.invoke(cls(CREATE, ObjectKey(TRIGGER, schema, name, table), definition))

    @classmethod
    def drop_trigger(
        cls, operations: Operations, name: str, table: str, *, schema: str | None = None
    ) -> None:
        """Drop a trigger of a table."""
        operations.invoke(cls(DROP, ObjectKey(TRIGGER, schema, name, table)))


for _name in DIRECTIVES:
    Operations.register_operation(_name)(ObjectOp)


@Operations.implementation_for(ObjectOp)
def carry_out(operations: Operations, operation: ObjectOp) -> None:
    """Send the statement; what is dropped and made again in one revision keeps its rights."""
    context = operations.migration_context
    if operation.verb == REPLACE and not _is_replaced(operation, context.dialect):
        _drop_and_create(operations, operation)
        return
    statement = statement_of(operation, context.dialect)
    if operation.verb == DROP:
        _rights(context)[operation.key[:3]] = _rights_of(context, operation.key)
    _send(operations, statement)
    if operation.verb == CREATE:
        for right in _rights(context).pop(operation.key[:3], ()):
            _send(operations, right)


def _is_replaced(operation: ObjectOp, dialect: Dialect) -> bool:
    """Whether a database puts one in the place of another by itself."""
    return operation.key.kind in class_for(dialect).or_replace


def _drop_and_create(operations: Operations, operation: ObjectOp) -> None:
    """What replaces something where the database can't: what went with it is made again."""
    context = operations.migration_context
    lost: tuple[str, ...] = ()
    if not context.as_sql and context.connection is not None:
        database = dialect_for(context.connection.engine.url, context.connection.dialect)
        lost = database.stands_on(context.connection, operation.key)
    carry_out(operations, replace(operation, verb=DROP, definition=""))
    created = only_create(operation.definition)
    carry_out(operations, replace(operation, verb=CREATE, definition=created))
    for statement in lost:
        _send(operations, statement)


def _send(operations: Operations, statement: str) -> None:
    # text() would take `:name` for a parameter.
    operations.execute(text(statement.replace(":", "\\:")))


def _rights(context: MigrationContext) -> dict[Any, tuple[str, ...]]:
    found: dict[Any, tuple[str, ...]] = context.opts.setdefault(_RIGHTS, {})
    return found


def _rights_of(context: MigrationContext, key: ObjectKey) -> tuple[str, ...]:
    if context.as_sql or context.connection is None or surroundings_of(context).is_rehearsal:
        return ()
    database = dialect_for(context.connection.engine.url, context.connection.dialect)
    return database.rights(context.connection, key)


def statement_of(operation: ObjectOp, dialect: Dialect) -> str:
    """The statement of a directive on a database."""
    key, database = operation.key, class_for(dialect)
    is_materialized = key.kind == MATERIALIZED_VIEW and database.materializes_views
    kind = VIEW if key.kind == MATERIALIZED_VIEW and not is_materialized else key.kind
    if operation.verb == DROP:
        return database.drop_object(dialect, kind, key.schema, key.name, key.of)
    statement = tidy(operation.definition)
    if kind in (VIEW, MATERIALIZED_VIEW):
        name = quoted(dialect, key.schema, key.name)
        statement = view_statement(name, statement, materialized=is_materialized)
    return or_replace(statement) if operation.verb == REPLACE else statement
