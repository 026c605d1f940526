"""Where things stand, and what is lacking."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..frozen import frozen
from .revisions import RevisionInfo

if TYPE_CHECKING:
    from .differences import Change
    from .progress import DueBackfill
    from .recorded import HalfApplied, LogEntry


@frozen
class PendingRevision(RevisionInfo):
    """A revision that a database lacks. ``author`` is "" and ``written`` the file's date where
    git does not know it; both are UTC.
    """

    author: str = ""
    written: datetime | None = None


@frozen
class TargetStatus:
    """Where one database stands. ``error`` is "" when it could be asked.

    What the ledger adds: ``lost`` are the entries of ``unknown`` revisions that it knows,
    ``edited`` those of applied revisions whose file was changed since, ``failure`` the entry of
    a revision that failed, if nothing happened after it. ``due`` are the backfills that revisions
    left for later.
    """

    bind: str
    database: str
    current: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    pending: tuple[PendingRevision, ...] = ()
    unknown: tuple[str, ...] = ()
    half_applied: tuple[HalfApplied, ...] = ()
    changes: tuple[Change, ...] | None = None
    error: str = ""
    error_hint: str = ""
    lost: tuple[LogEntry, ...] = ()
    edited: tuple[LogEntry, ...] = ()
    failure: LogEntry | None = None
    due: tuple[DueBackfill, ...] = ()

    @property
    def at_head(self) -> bool:
        """Whether nothing is pending and every revision is known."""
        trouble = self.unknown or self.half_applied or self.error
        return not (self.pending or trouble) and set(self.current) == set(self.heads)


@frozen
class Status:
    """Where things stand, and the one command to type next ("" when there is none)."""

    directory: str
    initialised: bool
    revisions: int
    heads: tuple[RevisionInfo, ...]
    targets: tuple[TargetStatus, ...]
    next_command: str
    next_reason: str

    @property
    def at_head(self) -> bool:
        """Whether every database is at the newest revision."""
        return all(target.at_head for target in self.targets)

    @property
    def is_well(self) -> bool:
        """Whether moreover no applied file was edited since."""
        return self.at_head and not any(target.edited for target in self.targets)


@frozen
class TargetPending:
    """What one database lacks. ``error`` is "" when it could be asked."""

    bind: str
    current: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    error: str = ""

    @property
    def at_head(self) -> bool:
        """Whether nothing is pending and every revision is known."""
        return not (self.pending or self.unknown or self.error)


@frozen
class Pending:
    """What the databases lack; false when all are at head."""

    targets: tuple[TargetPending, ...]

    def __bool__(self) -> bool:
        return not all(target.at_head for target in self.targets)

    @property
    def revisions(self) -> tuple[str, ...]:
        """The pending revisions of all databases, in the order in which they would run."""
        return tuple(revision for target in self.targets for revision in target.pending)
