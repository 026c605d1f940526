"""What the rules say of a revision that was just written."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

from alembic.runtime.migration import MigrationContext

from ..connect import connected
from ..contexts import Configured
from ..environment import Migrations
from ..failure import short_path
from ..planning.judge import judge_of
from ..planning.replay import Rehearsal, rehearse_on
from ..plans import RowFinding, RuleFinding
from ..targets import selected_targets
from ..values import Project, Script
from .linting import lint
from .planning import builder_of, preflight_of, rows_in_the_way

_SHOWN = ("error",)


def judged(migrations: Migrations, script: Script, configured: Mapping[str, Configured]) -> Script:
    """A script with its hazards, whatever size the tables have elsewhere, and the rows that are in
    its way here. No error gets out.

    :param migrations: the folder that it was written into.
    :param configured: what the comparison that it comes from was configured with, by bind; empty
        where that was none of the application's own databases.
    """
    project = migrations.project
    wary = copy(migrations)  # made anew, it would tell the application's callbacks again
    wary.project = replace(project, settings=replace(project.settings, small_table_rows=0))
    small_rows = project.settings.small_table_rows
    rows: list[RowFinding] = []
    try:
        if configured:
            found, rows = _against(wary, script, configured, small_rows)
        else:
            found = _alone(wary.project, script)
    except Exception:  # the script is written; lint and upgrade will say what is wrong with it
        return script
    shown = (one for one in found if one.level in _SHOWN and not one.waived)
    notes = dict.fromkeys(f"{one.in_words}." for one in rows if one.is_certain and one.count)
    return replace(script, findings=tuple(shown), notes=(*script.notes, *notes))


def _alone(project: Project, script: Script) -> list[RuleFinding]:
    place = short_path(script.path)
    return [finding for finding in lint(project, since="").findings if finding.file == place]


def _against(
    migrations: Migrations,
    script: Script,
    configured: Mapping[str, Configured],
    small_rows: int,
) -> tuple[list[RuleFinding], list[RowFinding]]:
    """On the databases that it was made from, which are where it begins.

    :param small_rows: up to how many rows the server may copy a table.
    """
    project = migrations.project
    found: dict[RuleFinding, None] = {}
    rows: list[RowFinding] = []

    def use(rehearsal: Rehearsal) -> None:
        builder = builder_of(rehearsal)
        builder.facts = replace(builder.facts, read=False)  # what they hold says nothing here
        look = preflight_of(rehearsal, project.settings)
        look.copied.small_rows = small_rows
        for one in rehearsal.replayed:
            if project.settings.preflight:
                rows.extend(row for step in rows_in_the_way(look, one) for row in step)
            for step in builder.steps(one.recorded, judge_of(one.path)):
                found.update(dict.fromkeys(step.findings))

    with migrations.loaded() as scripts:
        for target in selected_targets(project):
            if target.bind not in configured:
                continue
            with connected(target.engine) as connection:
                options, at = dict(configured[target.bind].options), configured[target.bind].heads
                context = MigrationContext.configure(connection, opts=options)
                steps = list(scripts._upgrade_revs(script.revision, at))  # type: ignore[arg-type]
                rehearse_on(connection, migrations, context, at, steps, use)
    return list(found), rows
