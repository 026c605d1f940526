"""Replaying revisions without any database, for those who only judge them.

On PostgreSQL, MySQL and MariaDB Alembic writes its offline script, which is recorded. SQLite
can't change most of a table without looking at it: there the whole history runs on an empty
database in memory, from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO

from alembic.runtime.migration import MigrationContext, RevisionStep
from sqlalchemy import StaticPool, create_engine

from ..dialects import Database, dialect_for
from ..environment import Migrations
from ..failure import reason_of, short_path
from ..online.rehearsed import rehearsal_of
from ..operations.backfill import IN_BATCHES
from ..parts import bind_of
from ..retry import Limits
from ..targets import selected_targets, tables_of
from ..values import Target
from .recorder import Recorder, Sentence
from .replay import Moves, Replayed, call_step, in_safe_forms, usual_limits
from .wiretap import Tap, tapped

Use = Callable[[str, Database, tuple[Replayed, ...]], None]
"""Is given the bind, the database and what its revisions asked for."""

_NOTHING_TO_ASK = "'NoneType' object has no attribute"


def replay_offline(migrations: Migrations, moves: Moves, use: Use) -> None:
    """Replay the steps for each selected database, and hand over what was recorded.

    Without an env.py: it would connect, or write the script somewhere.
    """
    for target in selected_targets(migrations.project):
        only = migrations.narrowed(target.label)
        if dialect_for(target.engine.url).carries_out_rehearsals:
            _in_memory(only, moves, use)
        else:
            _as_script(only, target, moves, use)


def _as_script(migrations: Migrations, target: Target, moves: Moves, use: Use) -> None:
    def work(_at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        database = dialect_for(target.engine.url, context.dialect)
        limits = usual_limits(migrations.project.settings)
        replayed = [_one(migrations, step, context, limits) for step in moves(())]
        use(target.bind, database, tuple(replayed))
        return ()

    migrations.run(work, output=StringIO(), with_env=False, as_sql=True, dont_mutate=True)


def _in_memory(migrations: Migrations, moves: Moves, use: Use) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    given = migrations.project.targets()
    schemas = {table.schema for each in given for table in tables_of(each.metadata)}
    dialect_for(engine.url).has_schemas(engine, {name for name in schemas if name})
    copies = tuple(replace(target, engine=engine) for target in given)
    migrations.project = replace(migrations.project, targets=lambda: copies)

    def work(_at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        assert context.connection is not None
        database = dialect_for(engine.url, context.dialect)
        tap = Tap(context.connection, (), carries_out=True, schema_rolls_back=True)
        replayed = [_carried_out(migrations, step, context, tap) for step in moves(())]
        use(bind_of(context), database, tuple(replayed))
        return ()

    try:
        migrations.run(work, with_env=False, dont_mutate=True)
    finally:
        engine.dispose()


def _carried_out(
    migrations: Migrations, step: RevisionStep, context: MigrationContext, tap: Tap
) -> Replayed:
    recorder = _recorder(step)
    with recorder.listening(), tapped(recorder, tap):
        error = _called(migrations, step, context)
    return _replayed(step, recorder, error)


def _one(
    migrations: Migrations, step: RevisionStep, context: MigrationContext, limits: Limits
) -> Replayed:
    recorder = _recorder(step)
    forms = rehearsal_of(context, limits)  # anew: the next one may find a table that has grown
    with in_safe_forms(forms, limits, step), recorder.listening(), written(recorder, context):
        error = _called(migrations, step, context)
    return _replayed(step, recorder, error)


def _called(
    migrations: Migrations, step: RevisionStep, context: MigrationContext
) -> Exception | None:
    try:
        with context.begin_transaction(_per_migration=True):
            call_step(migrations, step, context)
    except Exception as error:
        return error
    return None


def _recorder(step: RevisionStep) -> Recorder:
    path = getattr(step.info.up_revision, "path", "") or ""
    return Recorder(path, step.migration_fn.__code__.co_filename)


def _replayed(step: RevisionStep, recorder: Recorder, error: Exception | None) -> Replayed:
    unplannable = ""
    if error is not None:
        path = getattr(step.info.up_revision, "path", "") or ""
        reason = reason_of(error)
        if _NOTHING_TO_ASK in reason:
            reason = "it reads the database, and there is none to ask"
        unplannable = f"{short_path(path)}:{recorder.line_of(error)}: {reason}"
    return Replayed(step, recorder.steps, (), unplannable)


@contextmanager
def written(recorder: Recorder, context: MigrationContext) -> Iterator[None]:
    """Record what goes into Alembic's offline script."""
    impl, in_transaction = context.impl, False
    original = impl.static_output

    def static_output(text: str) -> None:
        nonlocal in_transaction
        statement = text.strip().rstrip(";").strip()
        if statement.upper() in ("BEGIN", "COMMIT"):
            in_transaction = statement.upper() == "BEGIN"
        elif statement and not statement.startswith("--"):
            batched = bool(context.opts.get(IN_BATCHES))
            inside = in_transaction and not batched
            recorder.sent(Sentence(statement, inside, statement, in_batches=batched))

    impl.static_output = static_output  # type: ignore[method-assign]
    try:
        yield
    finally:
        impl.static_output = original  # type: ignore[method-assign]
