"""Commands that move databases along the history: upgrade, downgrade, stamp."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from alembic.runtime.migration import RevisionStep, StampStep
from alembic.script import ScriptDirectory
from alembic.util import to_tuple

from ..errors import GodwitError, RevisionError
from ..listener import Listener
from ..steps import applied_in, steps_back
from ..values import Outcome, Project
from .running import Plan, Run

if TYPE_CHECKING:
    from .caution import Caution


def upgrade(
    project: Project,
    revision: str = "head",
    *,
    sql: bool = False,
    tag: str | None = None,
    listener: Listener | None = None,
    lock_wait: float | None = None,
    preflight: bool | None = None,
) -> Outcome:
    """Apply the revisions up to ``revision``.

    :param revision: an identifier, ``head``, ``heads``, ``+N`` …; ``START:END`` with ``sql``.
    :param sql: return the SQL instead of running it.
    :param tag: a word for env.py's ``context.get_tag_argument()``.
    :param lock_wait: seconds to wait for another migration of the same database.
    :param preflight: look at the rows before; None does what the setting says.
    :raises RowsInTheWay: a revision would fail on rows that are there; nothing was run.
    :raises HazardRefused: a revision would keep others waiting for too long; nothing was run.
    :raises MigrationFailed: a revision failed; what was applied before it stays applied.
    """
    start, end = _range(revision, sql)

    def plan(scripts: ScriptDirectory, at: tuple[str, ...]) -> Iterable[RevisionStep]:
        steps = list(scripts._upgrade_revs(end, at))  # type: ignore[arg-type]
        if sql and not steps:
            _refuse_way_back(scripts, at, end)
        return steps

    run = Run(project, "upgrade", listener, lock_wait)
    rows = project.settings.preflight if preflight is None else preflight
    if (rows or project.settings.enforce != "off") and not sql:
        _look_first(run, plan, partial(_caution, project, run.listener, "upgrade", rows=rows))
    return run.go(plan, sql=sql, starting_rev=start, destination_rev=end, tag=tag)


def _look_first(run: Run, plan: Plan, caution: Callable[[], Caution]) -> None:
    """Have a look taken at what is about to run. An env.py is not executed once more for it."""
    if run.migrations.has_env:
        run.look_beside = lambda context, steps: caution().beside(context, steps)
    else:
        run.look = lambda steps: caution().before(plan, steps)


def _caution(project: Project, listener: Listener, command: str, *, rows: bool) -> Caution:
    """Who has a look taken. It comes when there is something to run."""
    from .caution import Caution

    return Caution(project, listener, rows=rows, command=command)


def downgrade(
    project: Project,
    revision: str = "-1",
    *,
    sql: bool = False,
    tag: str | None = None,
    listener: Listener | None = None,
    lock_wait: float | None = None,
    from_ledger: bool = False,
    preflight: bool | None = None,
) -> Outcome:
    """Revert the revisions back to ``revision``.

    :param revision: an identifier, ``base``, ``-N`` …; ``START:END`` with ``sql``.
    :param from_ledger: run what the ledger remembers of revisions that have no file any more.
    :param preflight: look at the rows before; None does what the setting says.
    :raises RowsInTheWay: a revision would fail on rows that are there; nothing was run.
    :raises MigrationFailed: a revision failed; what was reverted before it stays reverted.
    """
    if from_ledger:
        from .recorded import with_files_from_ledger

        with with_files_from_ledger(project) as (whole, entries):
            for entry in entries:
                (listener or Listener()).remembered(entry)
            return downgrade(
                whole,
                revision,
                sql=sql,
                tag=tag,
                listener=listener,
                lock_wait=lock_wait,
                preflight=preflight,
            )
    if sql and revision == "-1":
        revision = "head:-1"
    start, end = _range(revision, sql)
    if sql and start is None:
        raise GodwitError(
            "downgrade --sql must know where to start.",
            hint=f"flask db downgrade --sql FROM:{revision}",
        )

    def plan(scripts: ScriptDirectory, at: tuple[str, ...]) -> Iterable[RevisionStep]:
        steps = steps_back(scripts, end, at)
        if not told and len(at) > 1 and re.fullmatch(r"-\d+", end):
            told.append(at[0])
            _say_which(run.listener, end, at)
        return steps

    told: list[str] = []
    run = Run(project, "downgrade", listener, lock_wait)
    if (project.settings.preflight if preflight is None else preflight) and not sql:
        _look_first(run, plan, partial(_caution, project, run.listener, "downgrade", rows=True))
    return run.go(plan, sql=sql, starting_rev=start, destination_rev=end, tag=tag)


def _say_which(listener: Listener, end: str, at: tuple[str, ...]) -> None:
    """Of several heads a number of steps back is about the first."""
    listener.warned(
        f"{end} could mean any of the revisions that the database is at,"
        f" {', '.join(at)}: {at[0]} is taken.\n"
        "flask db downgrade REVISION    goes back to the one you name"
    )


def _refuse_way_back(scripts: ScriptDirectory, at: tuple[str, ...], end: str) -> None:
    """A script for the wrong direction would be empty, as if there were nothing to do."""
    wanted = {script.revision for script in scripts.get_revisions(end) if script}
    if at and not (wanted and wanted <= set(at)):
        start = ", ".join(at)
        raise RevisionError(
            f"There is no way up from {start} to {end}: {end} does not follow it.",
            hint="upgrade --sql takes OLDER:NEWER\n"
            f"flask db downgrade {start}:{end} --sql    writes the way back",
        )


def stamp(
    project: Project,
    revision: str | Sequence[str] = "head",
    *,
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    listener: Listener | None = None,
    lock_wait: float | None = None,
) -> Outcome:
    """Write into the version table that a database is at ``revision``; run nothing.

    :param revision: one or several; ``base`` empties the table.
    :param purge: forget what the table says now, even if no file has it.
    """
    given = [revision] if isinstance(revision, str) else list(revision)
    pairs = [_range(item, sql) for item in given]
    starts = {start for start, _ in pairs if start is not None}
    if len(starts) > 1:
        raise GodwitError("stamp --sql takes one starting revision at a time.")
    ends = tuple(end for _, end in pairs)

    def plan(scripts: ScriptDirectory, at: tuple[str, ...]) -> Iterable[RevisionStep]:
        return scripts._stamp_revs(ends, at)  # type: ignore[return-value]

    start = next(iter(starts), None)
    return Run(project, "stamp", listener, lock_wait).go(
        plan,
        sql=sql,
        starting_rev=start,
        destination_rev=ends,
        tag=tag,
        **({"purge": True} if purge else {}),
    )


def stamp_reverted(
    project: Project,
    revision: str,
    *,
    listener: Listener | None = None,
    lock_wait: float | None = None,
) -> Outcome:
    """Write into the version table that one revision is reverted; other branches stay."""

    def plan(scripts: ScriptDirectory, at: tuple[str, ...]) -> Iterable[RevisionStep]:
        if revision not in at:
            return ()
        script = scripts.get_revision(revision)
        below = {*to_tuple(script.down_revision, default=())}
        below |= {each.revision for each in scripts.get_revisions(script.dependencies or ())}
        left = sorted(below - applied_in(scripts, set(at) - {revision}))
        step = StampStep(revision, left, False, not left, scripts.revision_map)
        return (step,)  # type: ignore[return-value]

    return Run(project, "stamp", listener, lock_wait).go(plan, sql=False)


def ensure_version(
    project: Project,
    *,
    sql: bool = False,
    listener: Listener | None = None,
    lock_wait: float | None = None,
) -> Outcome:
    """Create the version table where it is missing."""

    def nothing(scripts: ScriptDirectory, at: tuple[str, ...]) -> Iterable[RevisionStep]:
        return ()

    return Run(project, "ensure-version", listener, lock_wait).go(
        nothing, sql=sql, creates_table=True
    )


def _range(revision: str, sql: bool) -> tuple[str | None, str]:
    start, colon, end = revision.partition(":")
    if not colon:
        return None, revision
    if not sql:
        raise GodwitError(
            f"{revision!r} is a range, which only --sql takes.", hint=f"Name one revision: {end}"
        )
    return start, end
