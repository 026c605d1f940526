"""Looking at the rows before an upgrade runs its first statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from alembic.runtime.migration import RevisionStep

from ..environment import Migrations
from ..errors import RowsInTheWay
from ..failure import reason_of, short_path
from ..listener import Listener
from ..planning.repeatable import asks_of_rows, is_repeatable
from ..planning.replay import Rehearsal, rehearse
from ..plans import RowFinding
from ..targets import selected_targets
from ..values import Project
from .planning import preflight_of, rows_in_the_way

Found = dict[RowFinding, str]
"""Rows that are in the way, and the file of the revision that they are in the way of."""


def look_before(
    project: Project, revision: str, listener: Listener, steps: Sequence[RevisionStep]
) -> None:
    """Stop before anything runs that would fail on the rows that are there.

    Revisions that do more than tell the database what to do, and those after them, are left out:
    they would be executed once more.

    :param steps: what the first database lacks.
    :raises RowsInTheWay: a step would fail on rows, and none before it can repair them.
    """
    try:
        one_database = len(selected_targets(project)) == 1
        if one_database and not any(asks_of_rows(_path(step)) for step in steps):
            return
        found = _found(project, revision)
    except Exception as error:  # the upgrade itself meets what is wrong, or nothing is
        listener.warned(f"The rows were not looked at before: {reason_of(error)}")
        return
    certain = {row: path for row, path in found.items() if row.is_certain}
    if certain:
        raise _refusal(certain)
    for row in found:
        listener.warned(f"{row.what}, unless an earlier step repairs them.")


def _found(project: Project, revision: str) -> Found:
    migrations = Migrations(project)
    found: Found = {}

    def moves(at: tuple[str, ...]) -> Iterable[RevisionStep]:
        steps = migrations.scripts._upgrade_revs(revision, at)  # type: ignore[arg-type]
        return takewhile(lambda step: is_repeatable(_path(step)), steps)

    def use(rehearsal: Rehearsal) -> None:
        look = preflight_of(rehearsal, project.settings)
        for replayed in rehearsal.replayed:
            for rows in rows_in_the_way(look, replayed):
                found.update(dict.fromkeys(rows, replayed.path))

    rehearse(migrations, moves, use)
    return found


def _path(step: RevisionStep) -> str:
    return getattr(step.info.up_revision, "path", "") or ""


def _refusal(found: Found) -> RowsInTheWay:
    first, *_ = found
    return RowsInTheWay(
        f"{first.what}." if len(found) == 1 else f"{len(found)} steps would fail on rows.",
        detail="\n".join(f"  {short_path(path)}: {row.what}" for row, path in found.items()),
        hint="Nothing was run. Correct these rows first, by hand or in a migration before that.\n"
        "flask db upgrade --no-preflight    runs it all the same",
    )
