"""The functions that change databases."""

from __future__ import annotations

from collections.abc import Sequence

from ..commands import applying, backfilling, resolving, setup
from ..listener import Listener
from ..values import Backfilled, DatabaseChange, Outcome, Resolved
from .application import Directory, XArg, project


def upgrade(
    directory: Directory = None,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    wait: float | None = None,
    listener: Listener | None = None,
    lock_wait: float | None = None,
    backup: bool | None = None,
    preflight: bool | None = None,
) -> Outcome:
    """Apply the pending revisions.

    :param listener: told of every revision, and of what keeps the command waiting.
    :param lock_wait: seconds to wait for another migration of the same database, instead of
        ``GODWIT_LOCK_WAIT_SECONDS``.
    :param backup: make a backup of each database that is about to be changed, instead of
        ``GODWIT_BACKUP``.
    :param preflight: look for rows that a revision would fail on before anything runs, instead of
        ``GODWIT_PREFLIGHT``.
    :returns: for each database, the revisions that were applied and where it is now.
    :raises RowsInTheWay: a revision would fail on rows; nothing was run.
    :raises MigrationFailed: a revision failed; those before it stay applied.
    """
    work = project(directory, x_arg, bind, wait, backup)
    return applying.upgrade(
        work,
        revision,
        sql=sql,
        tag=tag,
        listener=listener,
        lock_wait=lock_wait,
        preflight=preflight,
    )


def downgrade(
    directory: Directory = None,
    revision: str = "-1",
    sql: bool = False,
    tag: str | None = None,
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    wait: float | None = None,
    listener: Listener | None = None,
    lock_wait: float | None = None,
    backup: bool | None = None,
    from_ledger: bool = False,
    preflight: bool | None = None,
) -> Outcome:
    """Revert revisions, by default the last one.

    :param from_ledger: a revision that has no file any more is reverted by its file as it was
        when it was applied, which the ledger in the database remembers.
    :param preflight: look for rows that a revision would fail on before anything runs, instead of
        what the settings say.
    :raises RowsInTheWay: there are such rows; nothing was run.
    :raises MigrationFailed: a revision failed; those before it stay reverted.
    """
    work = project(directory, x_arg, bind, wait, backup)
    return applying.downgrade(
        work,
        revision,
        sql=sql,
        tag=tag,
        listener=listener,
        lock_wait=lock_wait,
        from_ledger=from_ledger,
        preflight=preflight,
    )


def stamp(
    directory: Directory = None,
    revision: str | Sequence[str] = "head",
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    *,
    bind: str | None = None,
) -> Outcome:
    """Write into the version table that a database is at ``revision``; run nothing."""
    return applying.stamp(project(directory, bind=bind), revision, sql=sql, tag=tag, purge=purge)


def resolve(
    revision: str,
    decision: str,
    directory: Directory = None,
    *,
    bind: str | None = None,
) -> tuple[Resolved, ...]:
    """Decide what becomes of a revision that is half applied.

    :param decision: "applied" (the rest was done by hand), "rolled-back" (what was done was
        undone by hand) or "retry" (it goes on, with database and file as they are now).
    """
    return resolving.resolve(project(directory, bind=bind), revision, resolving.Decision(decision))


def backfill(
    directory: Directory = None,
    revision: str = "",
    *,
    bind: str | None = None,
    listener: Listener | None = None,
) -> tuple[Backfilled, ...]:
    """Do what ``op.backfill(…, later=True)`` left for later, while the application runs.

    :param revision: only what this revision left: its identifier or the beginning of it.
    """
    return backfilling.backfill(project(directory, bind=bind), revision, listener=listener)


def ensure_version(
    directory: Directory = None, sql: bool = False, *, bind: str | None = None
) -> Outcome:
    """Create the version table where it is missing."""
    return applying.ensure_version(project(directory, bind=bind), sql=sql)


def create(*, bind: str | None = None) -> tuple[DatabaseChange, ...]:
    """Create the databases that do not exist yet."""
    return setup.create(project(bind=bind))


def drop(*, bind: str | None = None) -> tuple[DatabaseChange, ...]:
    """Drop the databases with everything in them. Nothing is asked."""
    return setup.drop(project(bind=bind))
