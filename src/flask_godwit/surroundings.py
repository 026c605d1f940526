"""What our environment gives to a directive: journal, guards, limits, who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import field
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from .frozen import frozen
from .retry import Limits
from .settings import Settings

if TYPE_CHECKING:
    from .dialects.guard import Guard
    from .journal.guard import Journal
    from .journal.pieces import Piece
    from .values import BackfillProgress

OPTION = "godwit_surroundings"
"""The option of a context in which they are."""

RUNNING = "godwit_running"
"""The option of a context that says which revision runs."""

NewTransaction = Callable[[], AbstractContextManager[object]]


@frozen
class Surroundings:
    """How one run of ours goes on around its revisions. Other tools have the defaults.

    ``journal`` is None where nothing may be committed in the middle of a revision. A run that
    ``is_rehearsal`` is only asked which statements there are.
    """

    bind: str = ""
    journal: Journal | None = None
    guards: Sequence[Guard] = ()
    limits: Limits = field(default_factory=lambda: Limits(lock_seconds=0, retry_seconds=0))
    settings: Settings = field(default_factory=Settings)
    tell: Callable[[BackfillProgress], None] = lambda progress: None
    warn: Callable[[str], None] = lambda text: None
    is_rehearsal: bool = False
    left: Callable[[str], None] = lambda table: None
    """Told that a backfill of a table was left for later."""
    of: str = ""
    """The revision that is worked on, where none runs."""

    @property
    def commits(self) -> bool:
        """Whether a directive may commit what the revision did so far."""
        return self.journal is not None and not self.journal.spans_revisions

    @property
    def revision(self) -> str:
        """The revision that runs; "" where nobody says."""
        return self.of or (self.journal.running.revision if self.journal else "")

    def piece(self, name: str, definition: str) -> Piece:
        """A piece of work of the running revision."""
        from .journal.pieces import NotedPiece, Piece

        if self.journal is None or not self.journal.active:
            return Piece()
        return NotedPiece(self.journal, name, definition)

    @contextmanager
    def apart(self, context: MigrationContext, piece: Piece) -> Iterator[NewTransaction]:
        """Commit what the revision did so far; while this lasts, transactions are one's own.

        Where nothing may be committed, they are parts of the revision's own transaction.
        """
        connection = context.connection
        assert connection is not None
        with ExitStack() as aside:
            if self.journal is not None and self.journal.active:
                aside.enter_context(self.journal.aside())
            piece.begin()
            if self.commits:
                aside.enter_context(self._committed(context, connection))
            yield connection.begin if self.commits else nullcontext

    @contextmanager
    def outside(self, connection: Connection) -> Iterator[NewTransaction]:
        """The same while no revision runs."""
        if self.commits:
            connection.rollback()
        yield connection.begin if self.commits else nullcontext

    @contextmanager
    def _committed(self, context: MigrationContext, connection: Connection) -> Iterator[None]:
        inside = context._transaction is not None
        for guard in self.guards:
            guard.leaves()
        connection.commit()
        context._transaction = None
        yield
        if inside:
            context._transaction = connection.begin()
        for guard in self.guards:
            guard.returns()


def surroundings_of(context: MigrationContext) -> Surroundings:
    """What our environment has noted in a context."""
    found = context.opts.get(OPTION)
    return found if isinstance(found, Surroundings) else Surroundings()
