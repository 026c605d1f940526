"""What a database remembers of its revisions."""

from __future__ import annotations

from datetime import datetime

from ..frozen import frozen


@frozen
class LogEntry:
    """A row of the ledger: a revision that was applied, reverted or stamped, or that failed.

    ``direction`` is "upgrade", "downgrade" or "stamp", ``result`` "done" or "failed",
    ``checksum`` that of the revision's file, ``version`` that of Flask-Godwit. Times are UTC.
    """

    number: int
    bind: str
    revision: str
    down_revisions: tuple[str, ...]
    message: str
    direction: str
    result: str
    error: str
    started: datetime
    finished: datetime
    statements: int
    checksum: str
    database_user: str
    os_user: str
    host: str
    version: str

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished - self.started).total_seconds()


@frozen
class HalfApplied:
    """A revision that was begun and did not come to its end.

    ``statements`` are those of it that took effect, ``begun`` those that may have: the next run
    looks. ``error`` is why it stopped ("" after a crash), ``direction`` is "upgrade" or
    "downgrade".
    """

    bind: str
    revision: str
    direction: str
    statements: tuple[str, ...]
    error: str = ""
    begun: tuple[str, ...] = ()

    @property
    def so_far(self) -> str:
        """How much of it is done, in words."""
        return so_far(len(self.statements), len(self.begun))


def so_far(done: int, begun: int) -> str:
    """How much of a half-applied revision is done, in words."""
    if not done:
        return f"{f'perhaps {begun}' if begun else 'none'} of its statements took effect"
    perhaps = f", perhaps {begun} more" if begun else ""
    return f"{done} of its statements took effect{perhaps}"


@frozen
class Resolved:
    """What was decided about a half-applied revision."""

    bind: str
    revision: str
    direction: str
    decision: str
