"""The command that says what would happen: ``plan``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from alembic.runtime.migration import RevisionStep
from alembic.script import ScriptDirectory

from ..environment import Migrations
from ..planning.build import Builder
from ..planning.judge import judge_of
from ..planning.preflight import Preflight
from ..planning.replay import Rehearsal, Replayed, rehearse
from ..plans import Plan, PlannedRevision, RowFinding, TargetPlan
from ..settings import Settings
from ..steps import steps_back
from ..values import Project

_EMPTY = ("pass", "...", "return")


def plan(project: Project, revision: str = "head", *, downgrade: bool = False) -> Plan:
    """What ``upgrade`` (or ``downgrade``) to ``revision`` would do. It changes nothing."""
    migrations = Migrations(project)
    targets: list[TargetPlan] = []

    def moves(at: tuple[str, ...]) -> Iterable[RevisionStep]:
        return moves_of(migrations.scripts, downgrade)(revision, at)

    def use(rehearsal: Rehearsal) -> None:
        targets.append(_target(rehearsal, project.settings))

    rehearse(migrations, moves, use)
    return Plan(tuple(targets))


def moves_of(
    scripts: ScriptDirectory, downgrade: bool
) -> Callable[[str, tuple[str, ...]], Iterable[RevisionStep]]:
    """What Alembic is asked for the steps of either direction."""
    return partial(steps_back, scripts) if downgrade else scripts._upgrade_revs  # type: ignore[return-value]


def builder_of(rehearsal: Rehearsal) -> Builder:
    """Who builds the steps, with what is known of the tables that they touch."""
    return Builder(rehearsal.database, rehearsal.facts())


def _target(rehearsal: Rehearsal, settings: Settings) -> TargetPlan:
    builder = builder_of(rehearsal)
    look = preflight_of(rehearsal, settings)
    version = ".".join(map(str, builder.facts.version))
    return TargetPlan(
        rehearsal.bind,
        rehearsal.url,
        f"{rehearsal.database.name} {version}",
        rehearsal.current,
        tuple(_revision(builder, look, replayed) for replayed in rehearsal.replayed),
    )


def preflight_of(rehearsal: Rehearsal, settings: Settings) -> Preflight:
    """Who looks at the rows of a database, as long as a question or a statement may take."""
    limits = (settings.preflight_seconds, settings.statement_timeout_seconds)
    seconds = min((limit for limit in limits if limit), default=0.0)
    return Preflight(rehearsal.connection, rehearsal.database, rehearsal.facts, seconds)


def _revision(builder: Builder, look: Preflight, replayed: Replayed) -> PlannedRevision:
    info = replayed.step.info
    script = info.up_revision
    built = builder.steps(replayed.recorded, judge_of(replayed.path))
    rows = rows_in_the_way(look, replayed)
    steps = tuple(replace(one, rows=found) for one, found in zip(built, rows, strict=True))
    loses = any(step.loses for step in steps)
    return PlannedRevision(
        revision=info.up_revision_id or "",
        message=getattr(script, "doc", "") or "",
        direction="upgrade" if info.is_upgrade else "downgrade",
        path=replayed.path,
        steps=steps,
        undo=_undo(script, loses=loses) if info.is_upgrade else "",
        reads=replayed.reads,
        unplannable=replayed.unplannable,
    )


def rows_in_the_way(look: Preflight, replayed: Replayed) -> list[tuple[RowFinding, ...]]:
    """What each step of a revision would fail on; a downgrade's too."""
    found = [look.step(step) for step in replayed.recorded]
    if replayed.unplannable:
        look.is_lost()
    return found


def _undo(script: object, *, loses: bool) -> str:
    function = getattr(getattr(script, "module", None), "downgrade", None)
    if function is None or _is_empty(function):
        return "It can't be undone: its downgrade() does nothing."
    if loses:
        return "flask db downgrade brings back the schema, not the data."
    return "flask db downgrade"


def _is_empty(function: Callable[..., None]) -> bool:
    try:
        lines = inspect.getsource(function).splitlines()
    except (OSError, TypeError):
        return False
    body = [line.strip() for line in lines[1:]]
    return all(not line or line in _EMPTY or line.startswith(("#", '"""')) for line in body)
