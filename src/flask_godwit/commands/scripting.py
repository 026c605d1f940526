"""``plan --sql``: what would happen, as a script that somebody else can run."""

from __future__ import annotations

from collections.abc import Iterable

from alembic.runtime.migration import RevisionStep
from alembic.script import ScriptDirectory

from ..environment import Migrations
from ..errors import JournalConflict
from ..lock import name_of_lock
from ..planning.replay import Rehearsal, rehearse, usual_limits
from ..planning.script import ScriptWriter
from ..plans import PlanScript
from ..steps import applied_in
from ..values import Project
from .planning import moves_of
from .resolving import half_applied_in


def plan_sql(
    project: Project, revision: str = "head", *, downgrade: bool = False
) -> tuple[PlanScript, ...]:
    """The plan as a script, for each selected database that has something to do.

    :raises NotPlannable: what a revision does is not known before it is run.
    :raises JournalConflict: a revision is half applied: only a run knows how to go on.
    """
    migrations = Migrations(project)
    found: list[PlanScript] = []

    def moves(at: tuple[str, ...]) -> Iterable[RevisionStep]:
        return moves_of(migrations.scripts, downgrade)(revision, at)

    def use(rehearsal: Rehearsal) -> None:
        if rehearsal.replayed:
            found.append(_script(rehearsal, project, migrations.scripts))

    rehearse(migrations, moves, use, complete=True)
    return tuple(found)


def _script(rehearsal: Rehearsal, project: Project, scripts: ScriptDirectory) -> PlanScript:
    applied = applied_in(scripts, rehearsal.context.get_current_heads())
    for half in half_applied_in(rehearsal.context, applied):
        raise JournalConflict(
            f"Revision {half.revision} is half applied: a script would do its beginning again.",
            hint=f"flask db {half.direction}    goes on where it stands",
        )
    lock = _taking_lock(rehearsal) if project.settings.lock else ""
    writer = ScriptWriter(rehearsal, usual_limits(project.settings), lock)
    revisions = tuple(one.step.info.up_revision_id or "" for one in rehearsal.replayed)
    direction = "upgrade" if rehearsal.replayed[0].step.info.is_upgrade else "downgrade"
    sql = writer.write(f"flask db {direction}: {', '.join(revisions)}")
    return PlanScript(rehearsal.bind, rehearsal.url, writer.style.client, revisions, sql)


def _taking_lock(rehearsal: Rehearsal) -> str:
    engine = rehearsal.connection.engine
    name = name_of_lock(engine, rehearsal.context.version_table)
    lock = rehearsal.database.deploy_lock(engine, name)
    return lock.taking if lock else ""
