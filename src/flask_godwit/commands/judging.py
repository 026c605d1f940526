"""What the rules say of a revision that was just written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alembic.runtime.migration import MigrationContext

from ..connect import connected
from ..contexts import Configured
from ..environment import Migrations
from ..failure import short_path
from ..planning.judge import judge_of
from ..planning.replay import Rehearsal, rehearse_beside
from ..plans import RuleFinding
from ..targets import selected_targets
from ..values import Project, Script
from .linting import lint
from .planning import builder_of

_SHOWN = ("error",)


def judged(project: Project, script: Script, configured: Mapping[str, Configured]) -> Script:
    """A script with its hazards, whatever size the tables have elsewhere. No error gets out.

    :param configured: what the comparison that it comes from was configured with, by bind; empty
        where that was none of the application's own databases.
    """
    settings = replace(project.settings, small_table_rows=0)
    wary = replace(project, settings=settings)
    try:
        found = _against(wary, script, configured) if configured else _alone(wary, script)
    except Exception:  # the script is written; lint and upgrade will say what is wrong with it
        return script
    shown = (one for one in found if one.level in _SHOWN and not one.waived)
    return replace(script, findings=tuple(shown))


def _alone(project: Project, script: Script) -> list[RuleFinding]:
    place = short_path(script.path)
    return [finding for finding in lint(project, since="").findings if finding.file == place]


def _against(
    project: Project, script: Script, configured: Mapping[str, Configured]
) -> list[RuleFinding]:
    """On the databases that it was made from, which are where it begins."""
    found: dict[RuleFinding, None] = {}

    def use(rehearsal: Rehearsal) -> None:
        builder = builder_of(rehearsal, project.settings)
        builder.facts = replace(builder.facts, read=False)  # what they hold says nothing here
        for one in rehearsal.replayed:
            for step in builder.steps(one.recorded, judge_of(one.path)):
                found.update(dict.fromkeys(step.findings))

    migrations = Migrations(project)
    with migrations.loaded() as scripts:
        for target in selected_targets(project):
            if target.bind not in configured:
                continue
            with connected(target.engine) as connection:
                options = dict(configured[target.bind].options)
                context = MigrationContext.configure(connection, opts=options)
                at = context.get_current_heads()
                steps = list(scripts._upgrade_revs(script.revision, at))  # type: ignore[arg-type]
                rehearse_beside(migrations, context, steps, use)
    return list(found)
