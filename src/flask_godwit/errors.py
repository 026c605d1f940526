"""The tree of errors. Library functions raise these; only the CLI prints them.

::

    GodwitError                 anything this package refuses or fails to do
    ├── SettingsError           a GODWIT_… setting or an argument of Migrate() is wrong
    ├── FolderMissing           there is no migrations folder (or it is somewhere else)
    ├── FolderExists            `init` would write into a folder that is not empty
    ├── ModelsNotFound          the application has no models where models are expected
    ├── DropRefused             a migration would drop most tables and their rows
    ├── AnswerNeeded            a change can be read in two ways, and nobody is there to ask
    ├── AnswerWrong             an answer (--rename, --fill, …) does not fit models and database
    ├── RowsInTheWay            rows of the database don't fit what models or a revision ask for
    ├── ViewInTheWay            a view of others depends on what a migration changes
    ├── ChangeRefused           a database has no statement for what the models ask for
    ├── HazardRefused           a step would keep others waiting, and has no form that does not
    ├── RevisionError           a revision can't be used as it was asked for
    │   ├── UnknownRevision     no file has it
    │   ├── MultipleHeads       several heads where one is needed
    │   └── NotUpToDate         the database is behind the migrations folder
    ├── DatabaseError           the database can't be used
    │   ├── DriverMissing       its Python driver is not installed
    │   ├── DatabaseMissing     the server is there, the database is not
    │   ├── CannotConnect       no connection: server down, wrong password, no rights
    │   └── Outage              it can't go on, and nothing is wrong with the script
    │       ├── ConnectionLost  the server was stopped, or it or somebody cut the connection
    │       ├── DiskFull        there is no room for more
    │       ├── ReadOnly        it takes no changes, or none from us
    │       └── RightsMissing   its user may not do what a revision does
    ├── CannotLock              the deploy lock can't be made where the database is
    ├── LockTimeout             another migration holds the deploy lock for too long
    ├── LockNotFree             others hold what a statement needs for too long
    │   └── SteppedAside        they do at a commit, so the revision was rolled back
    ├── StatementTimeout        a statement of a revision took longer than it may
    ├── Interrupted             somebody asked a migration to stop, and it did
    ├── RebuildRefused          a table of SQLite can't be changed without losing something
    ├── JournalConflict         a half-applied revision can't be finished without a decision
    ├── TableMissing            a script asks for a table that is not there
    ├── OnlineToolFailed        a table could not be copied
    ├── BackfillRefused         rows can't be changed in batches as it was asked for
    ├── BackfillIncomplete      rows remain that a backfill should have changed
    ├── BackfillStopped         a backfill was refused in its middle, and can be gone on with
    ├── BackfillDue             a revision needs a backfill that was left for later
    ├── NotPlannable            what a revision does is not known before it is run
    ├── NotProvable             a revision can't be tried out on a scratch database
    ├── BackupFailed            a backup can't be made, so nothing was migrated
    ├── ForeignKeysBroken       a rebuilt table would leave rows that refer to nothing
    └── MigrationFailed         a revision failed while it ran

Every error says what happened (``message``), and where possible what to type
next (``hint``) and more for the curious (``detail``, many lines allowed).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .frozen import frozen


class GodwitError(Exception):
    """Anything this package refuses or fails to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail


class SettingsError(GodwitError):
    """A ``GODWIT_…`` setting or an argument of ``Migrate()`` is wrong."""


class FolderMissing(GodwitError):
    """There is no migrations folder, or it is somewhere else."""


class FolderExists(GodwitError):
    """``init`` would write into a folder that is not empty."""


class ModelsNotFound(GodwitError):
    """The application has no models where models are expected."""


class DropRefused(GodwitError):
    """A migration would drop most tables and the rows in them."""


class AnswerNeeded(GodwitError):
    """A change can be read in two ways, and nobody is there to ask."""


class AnswerWrong(GodwitError):
    """An answer does not fit the models and the database."""


class RowsInTheWay(GodwitError):
    """Rows of the database don't fit what the models or a revision ask for."""


class ViewInTheWay(GodwitError):
    """A view, function or trigger that the models don't declare depends on what changes."""


class ChangeRefused(GodwitError):
    """A database has no statement that gives something what the models ask for."""


class HazardRefused(GodwitError):
    """A step would keep others waiting on a large table, and has no form that does not."""


class RevisionError(GodwitError):
    """A revision can't be used as it was asked for."""


class UnknownRevision(RevisionError):
    """No revision file has this identifier."""


class MultipleHeads(RevisionError):
    """The history has several heads where one is needed."""


class NotUpToDate(RevisionError):
    """The database is behind the migrations folder."""


class DatabaseError(GodwitError):
    """The database can't be used."""


class DriverMissing(DatabaseError):
    """The database's Python driver is not installed."""


class DatabaseMissing(DatabaseError):
    """The server answers, but the database does not exist yet."""


class CannotConnect(DatabaseError):
    """No connection: the server is down, the password wrong, or rights are missing."""


class Outage(DatabaseError):
    """The database can't go on with a statement, and nothing is wrong with the script."""


class ConnectionLost(Outage):
    """The server was stopped, or somebody or something cut the connection."""


class DiskFull(Outage):
    """There is no room for more, on its disk or in what it may use."""


class ReadOnly(Outage):
    """The database takes no changes: a replica, maintenance, a file without the right to write."""


class RightsMissing(Outage):
    """The database's user may not do what a revision does."""


class CannotLock(GodwitError):
    """The deploy lock can't be made where the database is."""


class LockTimeout(GodwitError):
    """Another migration holds the deploy lock for longer than our patience."""


class LockNotFree(GodwitError):
    """Others hold what a statement needs, for longer than it is tried again."""


class SteppedAside(LockNotFree):
    """A transaction was rolled back to let others through, and may be tried again.

    ``blockers`` has a line for each of them, where the database tells.
    """

    def __init__(
        self, message: str, *, statement: str, blockers: Sequence[str], hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint, detail=held_by(blockers))
        self.statement = statement
        self.blockers = tuple(blockers)


def held_by(blockers: Sequence[str]) -> str:
    """Who is in the way, a line each."""
    return "\n".join(f"  held by {blocker}" for blocker in blockers)


class StatementTimeout(GodwitError):
    """A statement of a revision took longer than it may, and was stopped."""


class Interrupted(GodwitError):
    """Somebody asked a migration to stop, and it did so between two statements."""

    exit_code: ClassVar[int] = 130  # as a shell says it of SIGINT


class RebuildRefused(GodwitError):
    """A table of SQLite can't be changed like that, or would lose something."""


class JournalConflict(GodwitError):
    """A half-applied revision can't be finished without somebody's decision."""


class TableMissing(GodwitError):
    """A script asks for a table that is not there."""


class OnlineToolFailed(GodwitError):
    """A table could not be copied while others write: it is as it was."""


class BackfillRefused(GodwitError):
    """Rows can't be changed in batches as it was asked for."""


class BackfillIncomplete(GodwitError):
    """Rows remain that a backfill should have changed."""


class BackfillStopped(GodwitError):
    """The database refused something in the middle of a backfill, which can be gone on with."""


class BackfillDue(GodwitError):
    """A revision needs a backfill to be done that an earlier one left for later."""


class NotPlannable(GodwitError):
    """What a revision does is not known before it is run, and it was asked for as a script."""


class NotProvable(GodwitError):
    """A revision can't be tried out on a scratch database, which says nothing against it."""


class BackupFailed(GodwitError):
    """A backup can't be made, so nothing was migrated."""


class ForeignKeysBroken(GodwitError):
    """A revision that rebuilds a table would leave rows that refer to nothing."""


@frozen
class Failure:
    """Where and why a revision failed.

    ``file`` and ``line`` name the place in the revision script (``line`` is 0 when
    unknown), ``statement`` the SQL that the database refused ("" when it was
    Python that failed), ``applied`` the revisions that were finished before, ``kept`` the
    statements of this one that took effect and will not be repeated.
    """

    revision: str
    message: str
    direction: str
    bind: str
    file: str
    line: int
    statement: str
    reason: str
    applied: tuple[str, ...]
    current: tuple[str, ...] | None
    kept: tuple[str, ...] = ()
    more: str = ""


class MigrationFailed(GodwitError):
    """A revision failed while it ran; :attr:`failure` says where and why."""

    def __init__(self, failure: Failure, *, hint: str = "") -> None:
        verb = "upgrade" if failure.direction == "upgrade" else "downgrade"
        super().__init__(
            f"The {verb} of revision {failure.revision} failed: {failure.reason}",
            hint=hint,
            detail="\n".join(_lines(failure)),
        )
        self.failure = failure


def _lines(failure: Failure) -> Sequence[str]:
    lines = []
    if failure.file:
        place = f"{failure.file}:{failure.line}" if failure.line else failure.file
        lines.append(f"  in {place}")
    if failure.statement:
        lines.append(f"  statement: {failure.statement}")
    if failure.more:
        lines.append(failure.more)
    if failure.bind:
        lines.append(f"  bind: {failure.bind}")
    done = ", ".join(failure.applied) or "nothing"
    lines.append(f"  finished before it in this run: {done}")
    if failure.kept:
        count = len(failure.kept)
        lines.append(f"  kept of it, and not repeated: {count} statement{'s' * (count > 1)}")
    if failure.current is not None:
        where = ", ".join(failure.current) or "base (no revision)"
        lines.append(f"  the database is at: {where}")
    return lines
