"""``op.backfill(…, later=True)`` noted down, and ``op.require_backfill``, which waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alembic.operations import MigrateOperation, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table
from sqlalchemy.sql import column as plain_column
from sqlalchemy.sql import table as plain_table
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import TableClause

from ..dialects import dialect_for
from ..errors import BackfillDue
from ..frozen import frozen
from ..journal.tables import CreateOurs
from ..surroundings import RUNNING, surroundings_of
from .batches import Batches
from .due import Due, DueStore
from .statements import text_of
from .written_down import written_down

if TYPE_CHECKING:
    from .backfill import BackfillOp


def store_of(context: MigrationContext) -> DueStore:
    """Where a context's backfills are noted that are due."""
    return DueStore(context.version_table, context.version_table_schema)


def leave(operations: Operations, operation: BackfillOp, batches: Batches | None) -> bool:
    """Write a backfill down as part of the revision: it is due when that is applied.

    :param batches: its table as it is in the database, None where nothing is changed.
    :returns: whether it was: not where its table is small, nor in a tool that does not say
        which revision it runs.
    """
    context = operations.migration_context
    store, revision = store_of(context), context.opts.get(RUNNING, "")
    if not revision or not (context.as_sql or _is_left(context, operation, batches, store)):
        return False
    table = batches.table if batches else named_table(operation)
    definition = written_down(operation, table, context.dialect)
    if context.as_sql:
        operations.execute(CreateOurs(store.table, if_not_exists=True))
    elif not store.exists(operations.get_bind()):
        operations.execute(CreateOurs(store.table))
    due = Due(revision, operation.table, operation.schema, definition)
    operations.execute(store.insertion(due))
    surroundings_of(context).left(due.name)
    return True


def named_table(operation: BackfillOp) -> TableClause:
    """A table that nobody can look at."""
    columns: Iterator[ColumnClause[Any]] = (plain_column(name) for name in operation.values)
    return plain_table(operation.table, *columns, schema=operation.schema)


def _is_left(
    context: MigrationContext, operation: BackfillOp, batches: Batches | None, store: DueStore
) -> bool:
    """A revision that goes on after it was cut off keeps to what it did."""
    around, connection = surroundings_of(context), context.connection
    assert connection is not None
    journal = around.journal
    if batches is not None and journal is not None and journal.active:
        definition = text_of(batches.table, batches.values, batches.where, context.dialect)
        if journal.has_piece(operation.words, definition):
            return False
        insertion = store.insertion(Due("", "", None, ""))
        if journal.is_ahead(str(insertion.compile(dialect=context.dialect))):
            return True
    name = operation.name
    database = dialect_for(connection.engine.url, connection.dialect)
    rows, _bytes = database.sizes(connection, [name]).get(name, (0, 0))
    return rows >= around.settings.small_table_rows


def unfinished(context: MigrationContext, connection: Connection, table: str) -> tuple[Due, ...]:
    """The backfills of a table that are due, of every table for ""."""
    found = store_of(context).read(connection)
    return tuple(due for due in found if table in ("", due.name))


@Operations.register_operation("require_backfill")
@frozen
class RequireBackfillOp(MigrateOperation):
    """What ``op.require_backfill`` was asked for."""

    table: str = ""

    @classmethod
    def require_backfill(
        cls, operations: Operations, table: str | Table = "", *, schema: str | None = None
    ) -> None:
        """Go on only if no backfill is due that an earlier revision left for later.

        :param table: the table whose rows must be changed; every table if not given.
        :raises BackfillDue: one is; ``flask db backfill`` does it.
        """
        name = table.fullname if isinstance(table, Table) else table
        operations.invoke(cls(f"{schema}.{name}" if schema else name))

    @property
    def words(self) -> str:
        """What it does, in a plan."""
        return f"go on when the backfill of {self.table or 'every table'} is done"


@Operations.implementation_for(RequireBackfillOp)
def look(operations: Operations, operation: RequireBackfillOp) -> None:
    """Look whether a backfill is due; a script without a database can't."""
    context = operations.migration_context
    if context.as_sql or context.connection is None:
        return
    if due := unfinished(context, context.connection, operation.table):
        raise BackfillDue(
            f"The backfill of {due[0].name} is not done, which revision {due[0].revision} left"
            " for later.",
            detail="\n".join(f"  {so_far(each)}" for each in due),
            hint="flask db backfill    does it, while the application runs",
        )


def so_far(due: Due) -> str:
    """``users, of r2: 4,000 rows so far``"""
    reached = f"{due.standing.rows:,} rows so far" if due.standing.seen else "not begun"
    return f"{due.name}, of {due.revision}: {reached}"
