"""Executing revisions without a database feeling it: what they ask for is recorded.

On PostgreSQL, MySQL and MariaDB nothing is sent but questions, in a session that may only read.
On SQLite, where a change is made of what the table is, everything happens on a copy in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import cache, partial

import alembic.op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from sqlalchemy import Connection, Engine

from ..connect import connected
from ..dialects import Database, dialect_for, operations
from ..environment import Migrations
from ..failure import reason_of, short_path
from ..frozen import frozen
from ..mysql import IS_REHEARSED
from ..online.rehearsed import Rehearsed, rehearsal_of
from ..online.run import carried_out_by
from ..parts import bind_of, fitted, has_parts
from ..plans import Facts
from ..retry import Limits
from ..secrecy import shown
from ..settings import Settings
from ..sql.read import read
from ..sqlite import IS_BEHIND
from ..steps import spans_revisions
from ..surroundings import OPTION as SURROUNDINGS
from ..surroundings import RUNNING, Surroundings
from .asserted import asserted, sentences_of
from .facts import read_facts
from .recorder import Recorded, Recorder
from .wiretap import Tap, tapped

Moves = Callable[[tuple[str, ...]], Iterable[RevisionStep]]
"""The steps from the revisions that a database is at."""


@frozen
class Replayed:
    """What one revision asked for. ``unplannable`` says where and why it could not go on."""

    step: RevisionStep
    recorded: tuple[Recorded, ...]
    reads: tuple[str, ...]
    unplannable: str

    @property
    def path(self) -> str:
        """The revision's file."""
        return getattr(self.step.info.up_revision, "path", "") or ""


@frozen
class Rehearsal:
    """What the revisions of one database asked for, while its connection is still open."""

    bind: str
    url: str
    current: tuple[str, ...]
    database: Database
    connection: Connection
    replayed: tuple[Replayed, ...]
    context: MigrationContext
    facts: Callable[[], Facts]
    """What is known of the tables that are touched: asked for once, if at all."""


def rehearse(
    migrations: Migrations,
    moves: Moves,
    use: Callable[[Rehearsal], None],
    *,
    complete: bool = False,
) -> None:
    """Replay the steps of each selected database, and hand over what was recorded.

    :param complete: with every repetition of a statement, as it could be run by somebody else.
    """
    _Rehearsing(migrations, moves, use, complete=complete).go()


def rehearse_beside(
    migrations: Migrations,
    context: MigrationContext,
    steps: Iterable[RevisionStep],
    use: Callable[[Rehearsal], None],
) -> None:
    """Replay steps with what an env.py has configured, on a connection of our own.

    The env.py is not executed once more; it may be in the middle of a run.
    """
    assert context.connection is not None
    real = context.connection.engine
    # A pool of its own: the application's may have room for one connection only.
    engine = Engine(real.pool.recreate(), real.dialect, real.url)
    try:
        with connected(engine) as connection:
            rehearse_on(connection, migrations, context, context.get_current_heads(), steps, use)
    finally:
        engine.dispose()


def rehearse_on(
    connection: Connection,
    migrations: Migrations,
    context: MigrationContext,
    at: tuple[str, ...],
    steps: Iterable[RevisionStep],
    use: Callable[[Rehearsal], None],
) -> None:
    """The same on a connection that nobody is in the middle of using.

    :param at: the revisions that the database is at.
    """
    outer = vars(alembic.op).get("_proxy")
    try:
        rehearsing = _Rehearsing(migrations, lambda _: steps, use, complete=False)
        rehearsing.beside(context, connection, at)
    finally:
        if outer is not None:
            outer._install_proxy()


class _Rehearsing:
    def __init__(
        self,
        migrations: Migrations,
        moves: Moves,
        use: Callable[[Rehearsal], None],
        *,
        complete: bool,
    ) -> None:
        self.migrations = migrations
        self.moves = moves
        self.use = use
        self.complete = complete
        self.limits = usual_limits(migrations.project.settings)
        self.around = ExitStack()
        self.real: Connection | None = None

    def go(self) -> None:
        self.migrations.stand_in = self._stand_in
        try:
            self.migrations.run(self._work, dont_mutate=True)
        finally:
            self.migrations.stand_in = None
            with suppress(Exception):  # the connection may be lost
                self.around.close()

    def beside(
        self, context: MigrationContext, connection: Connection, at: tuple[str, ...]
    ) -> None:
        """Rehearse once, with what another context was configured with."""
        stand_in = self._stand_in(connection)
        bind, settings = bind_of(context), self.migrations.project.settings
        options = {key: value for key, value in context.opts.items() if key != IS_BEHIND}
        options[SURROUNDINGS] = Surroundings(bind, settings=settings, is_rehearsal=True)
        options[IS_REHEARSED] = True
        twin = MigrationContext.configure(
            connection=stand_in, environment_context=context.environment_context, opts=options
        )
        twin._in_external_transaction = spans_revisions(context)
        with operations(twin), Operations.context(twin):
            self._work(at, twin)

    def _stand_in(self, connection: Connection) -> Connection:
        self.real = connection
        database = dialect_for(connection.engine.url, connection.dialect)
        return self.around.enter_context(database.rehearsal(connection))

    def _work(self, at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        try:
            self._replay(at, context)
        finally:  # as long as the connection is ours: it may be a pool's
            self.around.close()
        return ()

    def _replay(self, at: tuple[str, ...], context: MigrationContext) -> None:
        assert self.real is not None
        database = dialect_for(self.real.engine.url, self.real.dialect)
        forms = rehearsal_of(context, self.limits)
        replayed = [self._one(step, context, database, forms) for step in self.moves(at)]
        recorded = [one.recorded for one in replayed]
        facts = cache(partial(self._facts, database, recorded))
        said = asserted(recorded, database, facts)
        done = tuple(replace(one, recorded=new) for one, new in zip(replayed, said, strict=True))
        bind, url = bind_of(context), shown(self.real.engine.url)
        self.use(Rehearsal(bind, url, at, database, self.real, done, context, facts))

    def _one(
        self,
        step: RevisionStep,
        context: MigrationContext,
        database: Database,
        forms: Rehearsed | None,
    ) -> Replayed:
        path = getattr(step.info.up_revision, "path", "") or ""
        code = step.migration_fn.__code__.co_filename
        recorder = Recorder(path, code, complete=self.complete)
        unplannable = ""
        tap = self._tap(context, database)
        with in_safe_forms(forms, self.limits, step), recorder.listening(), tapped(recorder, tap):
            try:
                with context.begin_transaction(_per_migration=True):
                    call_step(self.migrations, step, context)
            except Exception as error:
                where = f"{short_path(path)}:{recorder.line_of(error)}"
                unplannable = f"{where}: {reason_of(error)}"
        reads = tuple(f"{short_path(path)}:{line}" for line in recorder.reads)
        return Replayed(step, recorder.steps, reads, unplannable)

    def _facts(self, database: Database, revisions: Sequence[tuple[Recorded, ...]]) -> Facts:
        assert self.real is not None
        actions = [
            action
            for sentence in sentences_of(revisions)
            for action in read(sentence.sql, database.name.lower())
        ]
        small_rows = self.migrations.project.settings.small_table_rows
        return read_facts(self.real, database, actions, small_rows)

    def _tap(self, context: MigrationContext, database: Database) -> Tap:
        assert context.connection is not None
        engines = tuple(target.engine for target in self.migrations.project.targets())
        rolls_back = database.transactional_ddl
        if rolls_back is None:
            rolls_back = context.impl.transactional_ddl
        inline = database.inline if self.complete else None
        return Tap(context.connection, engines, database.carries_out_rehearsals, rolls_back, inline)


def usual_limits(settings: Settings) -> Limits:
    """The limits of a run, but for what a script says itself."""
    seconds = settings.statement_timeout_seconds
    return Limits(settings.lock_timeout_seconds, 0, statement_seconds=seconds)


@contextmanager
def in_safe_forms(forms: Rehearsed | None, limits: Limits, step: RevisionStep) -> Iterator[None]:
    """What is done in a safe form is recorded in it."""
    if forms is None:
        yield
        return
    forms.given = limits.of(getattr(step.info.up_revision, "module", None))
    with carried_out_by(forms):
        yield


def call_step(migrations: Migrations, step: RevisionStep, context: MigrationContext) -> None:
    """Execute a revision's function as a run would."""
    targets = migrations.project.targets()
    bind = bind_of(context)
    context.opts[RUNNING] = step.info.up_revision_id
    part = next((target.part for target in targets if target.bind == bind), bind)
    function = fitted(step.migration_fn, part, plain=bind == targets[0].bind)
    function(**({"engine_name": part} if has_parts(targets) else {}))
