"""Executing revisions without a database feeling it: what they ask for is recorded.

On PostgreSQL, MySQL and MariaDB nothing is sent but questions, in a session that may only read.
On SQLite, where a change is made of what the table is, everything happens on a copy in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext, RevisionStep
from sqlalchemy import Connection

from ..dialects import Database, dialect_for
from ..environment import Migrations
from ..failure import reason_of, short_path
from ..parts import bind_of, fitted, has_parts
from ..secrecy import shown
from .recorder import Recorded, Recorder
from .wiretap import Tap, tapped

Moves = Callable[[tuple[str, ...]], Iterable[RevisionStep]]
"""The steps from the revisions that a database is at."""


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Rehearsal:
    """What the revisions of one database asked for, while its connection is still open."""

    bind: str
    url: str
    current: tuple[str, ...]
    database: Database
    connection: Connection
    replayed: tuple[Replayed, ...]


def rehearse(migrations: Migrations, moves: Moves, use: Callable[[Rehearsal], None]) -> None:
    """Replay the steps of each selected database, and hand over what was recorded."""
    _Rehearsing(migrations, moves, use).go()


class _Rehearsing:
    def __init__(
        self, migrations: Migrations, moves: Moves, use: Callable[[Rehearsal], None]
    ) -> None:
        self.migrations = migrations
        self.moves = moves
        self.use = use
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

    def _stand_in(self, connection: Connection) -> Connection:
        self.real = connection
        database = dialect_for(connection.engine.url, connection.dialect)
        return self.around.enter_context(database.rehearsal(connection))

    def _work(self, at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        assert self.real is not None
        database = dialect_for(self.real.engine.url, self.real.dialect)
        replayed = [self._one(step, context, database) for step in self.moves(at)]
        self.use(
            Rehearsal(
                bind_of(context),
                shown(self.real.engine.url),
                at,
                database,
                self.real,
                tuple(replayed),
            )
        )
        self.around.close()
        return ()

    def _one(self, step: RevisionStep, context: MigrationContext, database: Database) -> Replayed:
        path = getattr(step.info.up_revision, "path", "") or ""
        recorder = Recorder(path, step.migration_fn.__code__.co_filename)
        unplannable = ""
        with recorder.listening(), tapped(recorder, self._tap(context, database)):
            try:
                with context.begin_transaction(_per_migration=True):
                    call_step(self.migrations, step, context)
            except Exception as error:
                where = f"{short_path(path)}:{recorder.line_of(error)}"
                unplannable = f"{where}: {reason_of(error)}"
        reads = tuple(f"{short_path(path)}:{line}" for line in recorder.reads)
        return Replayed(step, recorder.steps, reads, unplannable)

    def _tap(self, context: MigrationContext, database: Database) -> Tap:
        assert context.connection is not None
        engines = tuple(target.engine for target in self.migrations.project.targets())
        rolls_back = database.transactional_ddl
        if rolls_back is None:
            rolls_back = context.impl.transactional_ddl
        return Tap(context.connection, engines, database.carries_out_rehearsals, rolls_back)


def call_step(migrations: Migrations, step: RevisionStep, context: MigrationContext) -> None:
    """Execute a revision's function as a run would."""
    targets = migrations.project.targets()
    bind = bind_of(context)
    part = next((target.part for target in targets if target.bind == bind), bind)
    function = fitted(step.migration_fn, part, plain=bind == targets[0].bind)
    function(**({"engine_name": part} if has_parts(targets) else {}))
