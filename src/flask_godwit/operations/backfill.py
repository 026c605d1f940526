"""``op.backfill``: change all rows of a table in small batches, each row exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alembic.operations import MigrateOperation, Operations
from sqlalchemy import ColumnElement, Connection, Table

from ..dialects import dialect_for
from ..errors import BackfillRefused
from ..frozen import frozen
from ..journal.pieces import Key
from ..surroundings import surroundings_of
from .batch_run import Backfill
from .batches import Batches, key_of, table_in
from .later import leave
from .statements import as_stored, assigned, condition, named, plain_update, text_of

IN_BATCHES = "godwit_in_batches"
"""The execution option of the one statement that stands for a backfill where nothing is changed."""


@Operations.register_operation("backfill")
@frozen
class BackfillOp(MigrateOperation):
    """What ``op.backfill`` was asked for; :meth:`backfill` explains each."""

    table: str
    values: Mapping[str, Any]
    where: str | ColumnElement[bool] | None = None
    schema: str | None = None
    batch: int | None = None
    pause: float | None = None
    until: Key = ()
    check: bool = True
    later: bool = False
    seconds: float | None = None
    """How long a batch may take at most, where the script did not ask for it."""

    @classmethod
    def backfill(
        cls,
        operations: Operations,
        table: str | Table,
        values: Mapping[str, Any],
        where: str | ColumnElement[bool] | None = None,
        *,
        schema: str | None = None,
        batch: int | None = None,
        pause: float | None = None,
        until: Any = None,
        check: bool = True,
        later: bool = False,
    ) -> None:
        """Change all rows of a table in batches, each committed together with a bookmark.

        What the revision did before is committed first. A revision that is cut off goes on at
        the bookmark when it is run again: every row is changed exactly once.

        :param table: its name, or a SQLAlchemy ``Table``.
        :param values: column -> its new value: a literal or a SQLAlchemy expression, such as
            ``sa.text("lower(email)")``.
        :param where: which rows, as SQL or as a SQLAlchemy expression; all if not given.
        :param batch: rows of each batch, instead of as many as fit into a quarter of a second.
        :param pause: seconds of rest after each batch.
        :param until: the last primary key to change, a tuple if there are several columns;
            otherwise the greatest there is when the backfill begins.
        :param check: whether no row may be left that ``where`` finds, where ``where`` is about
            a column that is changed.
        :param later: only note it, and go on: ``flask db backfill`` does it, while the
            application runs. A small table is changed at once all the same.
        :raises BackfillRefused: the rows can't be counted off, or a column does not exist.
        :raises BackfillIncomplete: ``where`` still finds rows.
        """
        if isinstance(table, Table):
            schema = table.schema
            table = table.name
        last = () if until is None else tuple(until) if isinstance(until, Sequence) else (until,)
        if isinstance(until, str):
            last = (until,)
        operation = cls(table, named(values), where, schema, batch, pause, last, check, later)
        operations.invoke(operation)

    @property
    def words(self) -> str:
        """What it does, for the journal."""
        return f"backfill {self.name}"

    @property
    def name(self) -> str:
        """Its table, as a person writes it."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


@Operations.implementation_for(BackfillOp)
def carry_out(operations: Operations, operation: BackfillOp) -> None:
    """Change the rows; where nothing is changed, say one UPDATE for all of them."""
    context = operations.migration_context
    _refuse_nonsense(operation)
    around = surroundings_of(context)
    if context.as_sql or around.is_rehearsal:
        if operation.later and leave(operations, operation, None):
            return
        # Where it is only written, an option of the context says what is no option of a text.
        context.opts[IN_BATCHES] = True
        operations.execute(
            plain_update(operation.table, operation.schema, operation.values, operation.where),
            execution_options={IN_BATCHES: True},
        )
        context.opts[IN_BATCHES] = False
        return
    batches = batches_of(operations.get_bind(), operation)
    if operation.later and leave(operations, operation, batches):
        return
    definition = text_of(batches.table, batches.values, batches.where, context.dialect)
    piece = around.piece(operation.words, definition)
    if piece.standing.done:
        return
    with (
        around.apart(context, piece) as transaction,
        batches.database.impatient(batches.connection, around.limits.lock_seconds or 1),
    ):
        Backfill(operation, batches, piece, transaction, around).run()


def _refuse_nonsense(operation: BackfillOp) -> None:
    if not operation.values:
        raise BackfillRefused(f"op.backfill({operation.table!r}, …) has no values to set.")
    if operation.batch is not None and operation.batch < 1:
        raise BackfillRefused("A batch of op.backfill has one row at least.")


def batches_of(connection: Connection, operation: BackfillOp) -> Batches:
    """The table of a backfill as it is in the database, and what is to be done to its rows.

    :raises BackfillRefused: the rows can't be counted off, or a column does not exist.
    """
    database = dialect_for(connection.engine.url, connection.dialect)
    table = table_in(connection, operation.table, operation.schema)
    key = key_of(connection, table)
    if strangers := [name for name in operation.values if name not in table.c]:
        raise BackfillRefused(
            f"The table {table.fullname} has no column {', '.join(strangers)}.",
            hint=f"Its columns are: {', '.join(table.c.keys())}.",
        )
    if moved := [column.name for column in key if column.name in operation.values]:
        raise BackfillRefused(
            f"op.backfill counts the rows of {table.fullname} off by {', '.join(moved)},"
            " which it can't change at the same time.",
            hint='op.execute("UPDATE …")    changes all rows in one statement',
        )
    values = {
        name: as_stored(value, table.c[name])
        for name, value in assigned(operation.values, table).items()
    }
    return Batches(connection, database, table, key, values, condition(operation.where, table))
