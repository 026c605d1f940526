"""The functions that say what a migration would do."""

from __future__ import annotations

from ..commands import linting, planning, scripting
from ..plans import Lint, Plan, PlanScript
from .application import Directory, XArg, project


def plan(
    directory: Directory = None,
    revision: str = "head",
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    downgrade: bool = False,
) -> Plan:
    """What :func:`upgrade` would do: each statement, what it locks and for how long. Runs nothing.

    :param downgrade: what :func:`downgrade` would do instead.
    """
    return planning.plan(project(directory, x_arg, bind), revision, downgrade=downgrade)


def plan_sql(
    directory: Directory = None,
    revision: str = "head",
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    downgrade: bool = False,
) -> tuple[PlanScript, ...]:
    """What :func:`upgrade` would do, as a script for each database that has something to do.

    :param downgrade: what :func:`downgrade` would do instead.
    :raises NotPlannable: what a revision does is not known before it is run.
    """
    return scripting.plan_sql(project(directory, x_arg, bind), revision, downgrade=downgrade)


def lint(
    directory: Directory = None,
    revisions: str = "",
    *,
    since: str | None = None,
    bind: str | None = None,
) -> Lint:
    """What the rules say of revisions, without a database; false when there is no hazard.

    :param revisions: ``START:END``, all when empty.
    :param since: only revisions that are new or changed since a git revision; "" for no such limit.
        None: since the branch that this one is to be merged into, where git knows one and no
        ``revisions`` are named.
    """
    return linting.lint(project(directory, bind=bind), revisions, since=since)
