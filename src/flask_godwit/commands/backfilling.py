"""``backfill``: do what ``op.backfill(…, later=True)`` left, while the application runs."""

from __future__ import annotations

import time
from dataclasses import replace

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..environment import Migrations
from ..errors import BackfillStopped, GodwitError, Interrupted
from ..failure import reason_of
from ..listener import Listener
from ..lock import DeployLocks
from ..operations.backfill import BackfillOp, batches_of
from ..operations.batch_run import Backfill
from ..operations.due import Due, DuePiece
from ..operations.later import so_far, store_of
from ..operations.written_down import as_asked
from ..parts import bind_of
from ..surroundings import surroundings_of
from ..targets import DEFAULT_VERSION_TABLE, selected_targets
from ..values import Backfilled, DueBackfill, Project
from .limits import limits_of, patience_of

_AGAIN = "flask db backfill    goes on"


def backfill(
    project: Project,
    revision: str = "",
    *,
    listener: Listener | None = None,
    lock_wait: float | None = None,
) -> tuple[Backfilled, ...]:
    """Do the backfills that are due, one after the other.

    :param revision: only those of this revision: its identifier or the beginning of it.
    :raises BackfillIncomplete: rows remain that one should have changed.
    :raises BackfillStopped: the database refused something.
    """
    listener = listener or Listener()
    patience = patience_of(project.settings, listener, lock_wait, what="backfill")
    table = project.options.get("version_table", DEFAULT_VERSION_TABLE)
    # A lock of its own: a deployment must not wait for hours.
    with DeployLocks(selected_targets(project), f"{table} backfill", patience) as locks:
        locks.acquire(project.wait)
        return _Backfilling(project, revision, listener).go()


def due_in(context: MigrationContext, connection: Connection) -> tuple[DueBackfill, ...]:
    """The backfills that are due in a context's database."""
    return tuple(
        DueBackfill(bind_of(context), due.revision, due.name, due.standing.rows, due.standing.seen)
        for due in store_of(context).read(connection)
    )


class _Backfilling:
    """One run of the command."""

    def __init__(self, project: Project, revision: str, listener: Listener) -> None:
        self.migrations = Migrations(project)
        self.migrations.listener = self.listener = listener
        self.revision = revision
        self.done: list[Backfilled] = []
        self.limits = limits_of(project.settings, listener)

    def go(self) -> tuple[Backfilled, ...]:
        self.migrations.run(self._work, limits=self.limits, dont_mutate=True)
        if self.revision and not self.done:
            with self.migrations.loaded() as scripts:
                scripts.get_revision(self.revision)  # is there one that is called like that?
        return tuple(self.done)

    def _work(self, _at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        connection = context.connection
        assert connection is not None
        found = store_of(context).read(connection)
        for due in (due for due in found if due.revision.startswith(self.revision)):
            try:
                self._one(context, connection, due)
            except Interrupted as error:
                raise Interrupted(
                    f"Stopped before the backfill of {due.name} was finished.", hint=_AGAIN
                ) from error
            except DBAPIError as error:
                raise self._stopped(due, error) from error
        return ()

    def _one(self, context: MigrationContext, connection: Connection, due: Due) -> None:
        around = replace(surroundings_of(context), of=due.revision)
        operation = BackfillOp(due.table, schema=due.schema, **as_asked(due.definition))
        batches = batches_of(connection, operation)
        piece = DuePiece(store_of(context), connection, due)
        began = time.perf_counter()
        with (
            around.outside(connection) as transaction,
            batches.database.impatient(connection, around.limits.lock_seconds or 1),
        ):
            standing = Backfill(operation, batches, piece, transaction, around).run()
        seconds = time.perf_counter() - began
        self.done.append(
            Backfilled(bind_of(context), due.revision, due.name, standing.rows, seconds)
        )

    def _stopped(self, due: Due, error: DBAPIError) -> GodwitError:
        return BackfillStopped(
            f"The backfill of {due.name} stopped: {reason_of(error)}",
            detail=f"  {so_far(due)}",
            hint=_AGAIN,
        )
