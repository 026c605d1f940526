"""What a command tells while it runs, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import BackfillProgress, BackupMade, LogEntry, Progress, Step


class Listener:
    """Hears nothing. Make a subclass to hear what is interesting."""

    def began(self, step: Step) -> None:
        """A revision begins to run."""

    def done(self, step: Step) -> None:
        """A revision ran, and its transaction is committed; ``step.seconds`` says how long."""

    def stops(self) -> bool:
        """Asked before each statement of a revision: whether to stop there."""
        return False

    def sends(self, cancel: Callable[[], None] | None) -> None:
        """A statement is sent.

        :param cancel: ends it, from another thread; None when it is over.
        """

    def progressed(self, progress: Progress) -> None:
        """How far a statement is that takes longer than a second; repeated every second.

        Called in another thread.
        """

    def waiting(self, bind: str, holder: str) -> None:
        """Another migration of this database is running; repeated every 15 seconds.

        :param holder: who it is, "" if the database does not say.
        """

    def lost(self, bind: str, reason: str) -> None:
        """The connection was lost, and is made anew; repeated every 5 seconds until it is there."""

    def blocked(self, statement: str, blockers: Sequence[str]) -> None:
        """A statement got no lock in time and is tried again; repeated every 5 seconds.

        :param blockers: a line for each session that has the lock, and what would end it.
        """

    def backfilled(self, progress: BackfillProgress) -> None:
        """How far a backfill is; repeated every 5 seconds, and at its end."""

    def left_for_later(self, bind: str, table: str) -> None:
        """A backfill was noted that ``flask db backfill`` does later."""

    def made_safe(self, bind: str, text: str) -> None:
        """An operation on a large table takes a form that keeps nobody waiting.

        :param text: what it is about, and how it is done.
        """

    def warned(self, text: str) -> None:
        """Something that a person should know, and that stops nothing."""

    def backed_up(self, backup: BackupMade) -> None:
        """A backup was made, before anything is changed."""

    def remembered(self, entry: LogEntry) -> None:
        """A revision has no file: what the ledger remembers of it is about to be run."""
