"""One command that moves databases along the history: lock, plan, run, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from ..backup import Backups
from ..dialects import dialect_for
from ..dialects.observer import Sight
from ..environment import Migrations, Work
from ..errors import ConnectionLost, Interrupted, SteppedAside
from ..journal.store import Store
from ..listener import Listener
from ..lock import DeployLocks, Patience
from ..outages import stepped_aside
from ..parts import bind_of
from ..steps import applied_in, database_url, spans_revisions
from ..targets import DEFAULT_VERSION_TABLE, selected_targets
from ..values import Outcome, Progress, Project, Step, TargetOutcome
from .comeback import Comeback
from .inside import LockFromInside, LockNeeded
from .limits import limits_of, patience_of
from .onlooker import HasSteps, Onlooker

Plan = Callable[[ScriptDirectory, tuple[str, ...]], Iterable[RevisionStep]]
"""The steps from the revisions that a database is at."""


class Run:
    """One command that runs steps on every selected database, and remembers what it did."""

    def __init__(
        self,
        project: Project,
        direction: str,
        listener: Listener | None,
        lock_wait: float | None,
    ) -> None:
        self.migrations = Migrations(project)
        self.direction = direction
        self.listener = listener or Listener()
        self.backups = Backups(project, self.listener.backed_up)
        self.migrations.listener = self.listener
        settings = project.settings
        self.backs_up = settings.backup and direction in ("upgrade", "downgrade")
        self.onlooker = Onlooker(project)
        self.patience = patience_of(
            settings, self.listener, lock_wait, where=self.onlooker.standing
        )
        self.locks = DeployLocks((), "", None)
        self.limits = limits_of(settings, self.listener)
        self.migrations.seen = self._seen
        self.comeback = Comeback(project, self.limits, self.listener.lost)
        self.outcomes: list[TargetOutcome] = []
        self.done: list[Step] = []
        self.running: Step | None = None
        self.again: Step | None = None
        """What stepped aside and is tried again, which need not be told each time."""
        self.before: tuple[str, ...] = ()
        self.look: Callable[[Sequence[RevisionStep]], None] | None = None
        """Is called once, before anything runs, outside of Alembic's contexts."""
        self.look_beside: Callable[[MigrationContext, Sequence[RevisionStep]], None] | None = None
        """Is called for each database, inside of its context, before anything runs on it."""

    def go(
        self, plan: Plan, *, sql: bool, creates_table: bool = False, **options: object
    ) -> Outcome:
        output = StringIO() if sql else None
        project = self.migrations.project
        table = project.options.get("version_table", DEFAULT_VERSION_TABLE)
        at_once = creates_table or "purge" in options  # changes something before any plan
        patience = self.patience if at_once else self._until_done(plan)
        with DeployLocks(selected_targets(project), table, patience) as self.locks:
            if not sql and at_once:
                self.locks.acquire(project.wait)
            elif not sql and self.migrations.has_env:
                self.migrations.beforehand = self._lock_from_inside(plan)
            work = partial(self._work, plan, creates_table)
            run = partial(self._run, work, output=output, as_sql=sql, **options)
            with self.comeback.watching():
                while not run():
                    self.outcomes.clear()
        script = output.getvalue() if output else ""
        return Outcome(tuple(self.outcomes), script, sql, tuple(self.backups.made))

    def _has_steps(self, plan: Plan) -> HasSteps:
        scripts = self.migrations.scripts
        return lambda at: any(True for _ in plan(scripts, at))

    def _lock_from_inside(self, plan: Plan) -> LockFromInside:
        wait = self.migrations.project.wait
        return LockFromInside(self.locks, self.migrations.scripts, self._has_steps(plan), wait)

    def _until_done(self, plan: Plan) -> Patience | None:
        """Patience that ends when another migration has done what this one was to do."""
        if self.patience is None or self.migrations.has_env:
            return self.patience
        done = self.onlooker.watch(self.migrations.scripts, self._has_steps(plan))
        # What this one has begun, it ends itself.
        return replace(self.patience, is_done=lambda: not (self.running or self.done) and done())

    def _run(self, work: Work, **options: Any) -> bool:
        """Whether it came to its end; else it must run again: with the lock, or reconnected."""
        # Before the lock is ours we only look, which must not wait for who has it.
        locks = self.locks.held or self.migrations.has_env
        limits = self.limits if locks and not options["as_sql"] else None
        looks = limits is None and not options["as_sql"]
        try:
            # The version table is made by us, under the lock.
            self.migrations.run(work, limits=limits, only_looks=looks, dont_mutate=True, **options)
        except LockNeeded as needed:
            # What another one did while we waited is not looked at: there is less to do now.
            first = self.locks.acquire(self.migrations.project.wait)
            if first and self.look is not None and needed.steps:
                look, self.look = self.look, None
                look(needed.steps)
            return False
        except Exception as error:
            aside = self._aside(error)
            if aside is not None:
                if self.comeback.may_try_again(aside):
                    self.again = self.running
                    return False
                error = aside
            if self.running is None:
                raise error
            if isinstance(error, ConnectionLost) and self._comes_back(error):
                return False
            if isinstance(error, Interrupted) or self._is_not_tried_again(error):
                raise self._interrupted(self.running) from error
            raise self._failure(self.running, error) from error
        if self.running is not None and self.limits.stops():
            raise self._interrupted(self.running)  # as it was, before an env.py caught it
        return True

    def _aside(self, error: Exception) -> SteppedAside | None:
        """Whether others are in the way of something that can simply be done again."""
        if isinstance(error, SteppedAside) or self.running is not None:
            return error if isinstance(error, SteppedAside) else None
        targets = selected_targets(self.migrations.project)
        return stepped_aside(error, (dialect_for(target.engine.url) for target in targets))

    def _is_not_tried_again(self, error: Exception) -> bool:
        """Whether it would have gone on, had nobody asked to stop."""
        temporary = isinstance(error, SteppedAside | ConnectionLost)
        return temporary and self.limits.stops() and not self.comeback.elsewhere

    def _seen(self, statement: str, seconds: float, sight: Sight) -> None:
        """What a second connection sees of the statement that is under way."""
        step = self.running
        if step is not None:
            percent = None if sight.part is None else round(sight.part * 100, 1)
            seen = (statement, round(seconds, 1), sight.phase, percent, sight.rows, sight.waits_for)
            self.listener.progressed(Progress(step.bind, step.revision, *seen))

    def _comes_back(self, lost: ConnectionLost) -> bool:
        runs = self.direction in ("upgrade", "downgrade")
        return runs and self.comeback.succeeds(lost, self.locks)

    def _interrupted(self, step: Step) -> Interrupted:
        kept = self.migrations.kept(step.revision, self.direction)
        noted = f"{len(kept)} statements, which are not repeated" if kept else "nothing"
        done = ", ".join(each.revision for each in self.done) or "nothing"
        return Interrupted(
            f"Stopped before the {self.direction} of revision {step.revision} was finished.",
            detail=f"  finished before it in this run: {done}\n  kept of it: {noted}",
            hint=f"flask db {self.direction}    goes on",
        )

    def _work(
        self, plan: Plan, creates_table: bool, at: tuple[str, ...], context: MigrationContext
    ) -> Iterator[RevisionStep]:
        scripts, bind = self.migrations.scripts, bind_of(context)
        # An env.py may run the same revisions several times: in each tenant's schema.
        nth = sum(outcome.bind == bind for outcome in self.outcomes)
        self.before = self.comeback.start_of(bind, nth, at) if self.locks.held else at
        steps = list(plan(scripts, self.before))
        if steps and not context.as_sql and (self.look or not self.locks.held):
            raise LockNeeded(steps)
        if not steps and not context.as_sql and self.direction in ("upgrade", "downgrade"):
            self._refuse_half_done(context, applied_in(scripts, at))
        resumed = at != self.before or self.running is not None
        if resumed:
            steps = self._left_of(steps, bind, applied_in(scripts, at))
        if steps and self.look_beside and not (resumed or context.as_sql):
            self.look_beside(context, steps)
        if steps and self.backs_up and not (resumed or context.as_sql):
            self.backups.take(bind, at)
        if (steps or creates_table) and not (at or context.as_sql):
            context._ensure_version_table()
            if context.connection is not None and not spans_revisions(context):
                # A revision that is rolled back and tried again must not take the table along.
                context.connection.commit()
        for alembic_step in steps:
            if not context.as_sql:
                self.comeback.runs(context.connection)
            yield from self._one(alembic_step, bind)
        after = at if context.as_sql else context.get_current_heads()
        told = {id(step) for outcome in self.outcomes for step in outcome.steps}
        done = [step for step in self.done if step.bind == bind and id(step) not in told]
        self.outcomes.append(self._outcome(context, self.before, after, done))

    def _refuse_half_done(self, context: MigrationContext, applied: set[str]) -> None:
        """There is no step to do, but one was begun and is not done.

        :raises JournalConflict: nobody is at work on it.
        """
        assert context.connection is not None
        store = Store(context.connection, context.version_table, context.version_table_schema)
        for (revision, direction), entries in store.half_done(applied).items():
            if not self.locks.held:
                raise LockNeeded
            from ..journal.recovery import half_applied

            raise half_applied(revision, direction, entries)

    def _left_of(
        self, steps: list[RevisionStep], bind: str, applied: set[str]
    ) -> list[RevisionStep]:
        """What a run that lost its connection still has to do, by what the database says now."""
        up = self.direction == "upgrade"
        lost = self.running
        if lost is not None and lost.bind == bind:
            self.running = None
            if (lost.revision in applied) is up:  # its COMMIT arrived: only the answer was lost
                self.done.append(lost)
                self.listener.done(lost)
        self.done = [s for s in self.done if s.bind != bind or (s.revision in applied) is up]
        return [s for s in steps if ((s.info.up_revision_id or "") in applied) is not up]

    def _one(self, alembic_step: RevisionStep, bind: str) -> Iterator[RevisionStep]:
        step = self._step(alembic_step, bind)
        self.running = step
        if step != self.again:
            self.listener.began(step)
        began = time.perf_counter()
        yield alembic_step
        # Control comes back when the step's transaction is committed.
        finished = replace(step, seconds=time.perf_counter() - began)
        self.running = None
        self.done.append(finished)
        self.listener.done(finished)

    def _step(self, alembic_step: RevisionStep, bind: str) -> Step:
        info = alembic_step.info
        revision = info.up_revision_id or ""
        script = info.up_revision
        return Step(
            bind,
            revision,
            getattr(script, "doc", "") or "",
            self.direction,
            getattr(script, "path", "") or "",
        )

    def _outcome(
        self,
        context: MigrationContext,
        before: tuple[str, ...],
        after: tuple[str, ...],
        steps: list[Step],
    ) -> TargetOutcome:
        url = "" if context.as_sql else database_url(context)
        at_head = set(after) == set(self.migrations.scripts.get_heads())
        return TargetOutcome(bind_of(context), url, before, after, tuple(steps), at_head)

    def _failure(self, step: Step, error: Exception) -> Exception:
        current = self.onlooker.heads(step.bind)
        # One transaction for all revisions takes back those that were finished, too.
        kept = [] if current == self.before else self.done
        applied = tuple(done.revision for done in kept)
        from ..failure import explain_failure

        noted = self.migrations.kept(step.revision, self.direction)
        explained = explain_failure(step, error, applied=applied, current=current, kept=noted)
        if self.migrations.recorder is not None:
            self.migrations.recorder.failed(explained.failure.reason)
        return explained
