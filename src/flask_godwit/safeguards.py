"""What makes the revisions of one run safe: the database's guards, the journal, the ledger, and
the safe forms of operations.

Imported where revisions run: what only reads has no use for any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationContext, MigrationInfo, RevisionStep
from alembic.util import to_tuple
from sqlalchemy import Connection

from .dialects import class_for, dialect_for
from .dialects.base import Database
from .dialects.guard import Guard, PoliteStop, Running, watched
from .dialects.lookout import Lookout
from .dialects.silence import Silence
from .journal.guard import Journal
from .journal.ledger import Ledger
from .journal.recorder import Move, Recorder
from .journal.sources import source_of
from .journal.store import Store
from .operations.later import store_of
from .parts import bind_in
from .retry import Limits
from .sqlite import IS_BEHIND
from .steps import applied_in, spans_revisions, version_table
from .surroundings import Surroundings

if TYPE_CHECKING:
    from .contexts import Environment


class Safeguards:
    """The safeguards of one database, in one run.

    :param options: those of Alembic's ``context.configure()``, which are completed.
    """

    def __init__(
        self,
        environment: Environment,
        connection: Connection,
        limits: Limits,
        options: dict[str, Any],
    ) -> None:
        self.environment = environment
        self.migrations = environment.migrations
        self.connection = connection
        self.limits = limits
        self.bind = bind_in(options)
        self.recorder = self._recorder(options)
        self.guards = self._guards(options)

    def _guards(self, options: dict[str, Any]) -> tuple[Guard, ...]:
        connection, limits = self.connection, self.limits
        database = dialect_for(connection.engine.url, connection.dialect)
        own = database.guards(connection, limits)
        journal = self._journal(database, options)
        lookout = Lookout(
            limits,
            database.canceller(connection),
            database.observer(connection),
            self.migrations.seen,
        )
        if own and database.transactional_ddl is not None:
            options.setdefault("transactional_ddl", database.transactional_ddl)
        return (PoliteStop(limits.stops), *journal, *own, Silence(connection), lookout)

    def _journal(self, database: Database, options: dict[str, Any]) -> tuple[Guard, ...]:
        witness = database.witness(self.connection)
        if witness is None:
            return ()
        store = Store(self.connection, *version_table(options))
        journal = self.migrations.journal = Journal(store, witness, self.limits, self._is_applied)
        options[IS_BEHIND] = journal.is_behind
        return (journal,)

    def _is_applied(self, revision: str) -> bool:
        """Whether a revision, or one that builds on it, is in the version table."""
        heads = self.environment.get_context().get_current_heads()
        return revision in applied_in(self.environment.script, heads)

    def _recorder(self, options: dict[str, Any]) -> Recorder:
        """Writes the ledger, of which Alembic's ``on_version_apply`` tells."""
        ledger = Ledger(*version_table(options))
        told = to_tuple(options.get("on_version_apply"), default=())
        options["on_version_apply"] = (*told, self._applied)
        return Recorder(ledger, self.bind, self.migrations.listener.warned)

    def _applied(
        self, ctx: MigrationContext, step: MigrationInfo, heads: set[str], **_: Any
    ) -> None:
        if ctx.connection is not None:
            if step.is_stamp or not step.is_upgrade:
                store_of(ctx).keep(ctx.connection, applied_in(self.environment.script, heads))
            self.recorder.done(ctx.connection)
        for guard in self.guards:
            guard.applied()

    def surroundings(self) -> Surroundings:
        """What our directives need to know of this run."""
        listener = self.migrations.listener
        return Surroundings(
            self.bind,
            self.migrations.journal,
            self.guards,
            self.limits,
            self.migrations.project.settings,
            listener.backfilled,
            listener.warned,
            left=partial(listener.left_for_later, self.bind),
        )

    @contextmanager
    def run(self, context: MigrationContext) -> Iterator[None]:
        """Around all revisions of the run."""
        with ExitStack() as around:
            around.enter_context(self._safe_forms(context))
            for guard in self.guards:
                around.enter_context(guard.run())
            around.enter_context(watched(self.connection, self.guards))
            yield

    def _safe_forms(self, context: MigrationContext) -> AbstractContextManager[None]:
        """Operations in a form that keeps nobody waiting, on a database that has such forms."""
        if not class_for(self.connection.dialect).has_safe_forms:
            return nullcontext()
        from .online.run import online

        return online(context, self.migrations.listener.made_safe)

    def around(
        self, function: Callable[..., None], step: RevisionStep, context: MigrationContext
    ) -> Callable[..., None]:
        """The function of one revision, which is about to begin, made safe."""
        self.migrations.recorder = self.recorder
        self.recorder.begins(self.connection, _as_move(step), spanned=spans_revisions(context))
        function = self.recorder.counting(function, self.connection)
        outside, running = partial(_outside, context), _as_running(step)
        for guard in () if step.info.is_stamp else self.guards:
            function = guard.step(function, outside, running)
        return function

    def finished(self, context: MigrationContext) -> None:
        """After the transaction of one revision."""
        for guard in self.guards:
            guard.finished(partial(_outside, context))


def _outside(context: MigrationContext, action: Callable[[], None]) -> None:
    """Do something between two transactions, of which Alembic holds the second afterwards."""
    assert context.connection is not None
    inside = context._transaction is not None
    context.connection.rollback()
    action()
    if inside:
        context._transaction = context.connection.begin()


def _as_move(step: RevisionStep) -> Move:
    """A step as the ledger notes it. A stamp is about the revision that it leads to."""
    made = step.info
    about = made.destination_revision_ids if made.is_stamp else made.up_revision_ids
    script: Any = made.revision_map.get_revision(about[0]) if about else None
    direction = "upgrade" if made.is_upgrade else "downgrade"
    return Move(
        revision=", ".join(about) or "base",
        down_revisions=to_tuple(getattr(script, "down_revision", None), default=()),
        message=getattr(script, "doc", None) or "",
        direction="stamp" if made.is_stamp else direction,
        text=source_of(getattr(script, "path", None) or ""),
    )


def _as_running(step: RevisionStep) -> Running:
    """A step as the guards are told of it."""
    script = step.info.up_revision
    return Running(
        step.info.up_revision_id or "",
        "upgrade" if step.is_upgrade else "downgrade",
        getattr(script, "path", ""),
        getattr(script, "module", None),
    )
