"""The functions that say where things stand."""

from __future__ import annotations

from ..commands import checking, reading, recorded, standing
from ..commands import pending as asking
from ..values import BranchPoint, Current, Differences, LogEntry, Pending, RevisionInfo, Status
from .application import Directory, project


def show(directory: Directory = None, revision: str = "head") -> tuple[RevisionInfo, ...]:
    """The revisions that a symbol means."""
    return reading.show(project(directory), revision)


def history(
    directory: Directory = None,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
) -> tuple[RevisionInfo, ...]:
    """The revisions, newest first."""
    return reading.history(
        project(directory), rev_range, verbose=verbose, indicate_current=indicate_current
    )


def heads(
    directory: Directory = None, verbose: bool = False, resolve_dependencies: bool = False
) -> tuple[RevisionInfo, ...]:
    """The newest revision of each branch."""
    return reading.heads(
        project(directory), verbose=verbose, resolve_dependencies=resolve_dependencies
    )


def branches(directory: Directory = None, verbose: bool = False) -> tuple[BranchPoint, ...]:
    """The revisions that have several successors."""
    return reading.branches(project(directory), verbose=verbose)


def current(
    directory: Directory = None, verbose: bool = False, *, bind: str | None = None
) -> tuple[Current, ...]:
    """What each database's version table says."""
    return reading.current(project(directory, bind=bind), verbose=verbose)


def check(directory: Directory = None, *, bind: str | None = None) -> Differences:
    """What separates the databases from the models; false when nothing does."""
    return checking.check(project(directory, bind=bind))


def status(
    directory: Directory = None, *, bind: str | None = None, compare: bool = False
) -> Status:
    """Where things stand, and the one command to type next.

    :param compare: compare models and database too, which takes longer.
    """
    return standing.status(project(directory, bind=bind), compare=compare)


def pending(directory: Directory = None, *, bind: str | None = None) -> Pending:
    """What the databases lack; false when all are at head. Cheap: one query for each.

    A database that can't be asked is said in its entry, and raises nothing.
    """
    return asking.pending(project(directory, bind=bind))


def log(
    directory: Directory = None,
    revision: str = "",
    *,
    limit: int | None = None,
    bind: str | None = None,
) -> tuple[LogEntry, ...]:
    """Who did what to the databases, and when: the ledger, newest first.

    :param revision: the beginning of an identifier, ``head``, ``heads`` or ``current``.
    :param limit: that many entries at most.
    """
    return recorded.log(project(directory, bind=bind), revision, limit=limit)
