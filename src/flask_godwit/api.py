"""The commands as Python functions, for scripts, tests and application start-up.

They need an application context, return values and raise :class:`GodwitError`; they
never print and never exit. The first arguments are Flask-Migrate's, in its order;
what we added is keyword-only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike

from flask import current_app, g

from .commands import (
    applying,
    backfilling,
    checking,
    generating,
    linting,
    planning,
    proving,
    reading,
    recorded,
    resolving,
    revising,
    scripting,
    setup,
    standing,
)
from .commands import pending as asking
from .commands.comparing import NewRevision
from .diff.answers import Answers
from .diff.questions import Asker
from .extension import app_migrations
from .listener import Listener
from .plans import Lint, Plan, PlanScript
from .proofs import Proof
from .values import (
    Backfilled,
    BranchPoint,
    Created,
    Current,
    DatabaseChange,
    Differences,
    LogEntry,
    Outcome,
    Pending,
    Project,
    Resolved,
    RevisionInfo,
    Script,
    Status,
    Template,
)

Directory = str | PathLike[str] | None
XArg = str | Sequence[str] | None


def project(
    directory: Directory = None,
    x_arg: XArg = None,
    bind: str | None = None,
    wait: float | None = None,
    backup: bool | None = None,
) -> Project:
    """The current application's :class:`~flask_godwit.values.Project`.

    :param directory: another migrations folder than the application's own.
    :param x_arg: values for env.py's ``context.get_x_argument()``.
    :param bind: work on this database only.
    :param wait: seconds to wait for a server that is still starting.
    :param backup: make backups before databases are changed.
    """
    given = [x_arg] if isinstance(x_arg, str) else list(x_arg or ())
    state = app_migrations(current_app._get_current_object())  # type: ignore[attr-defined]
    x_args = [*g.get("x_arg", ()), *given]
    return state.project(directory, bind=bind, wait=wait, backup=backup, x_arg=x_args)


def list_templates() -> tuple[Template, ...]:
    """The templates that :func:`init` takes."""
    return reading.list_templates()


def init(
    directory: Directory = None,
    multidb: bool = False,
    template: str | None = None,
    package: bool = False,
    *,
    env: bool = False,
) -> Created:
    """Make the migrations folder.

    :param multidb: accepted for Flask-Migrate's sake; several databases need nothing special.
    :param template: the name or path of a template.
    :param package: write ``__init__.py`` files.
    :param env: write an env.py of three lines.
    """
    return setup.init(project(directory), template=template, package=package, env=env)


def revision(
    directory: Directory = None,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | None = None,
    version_path: str | None = None,
    rev_id: str | None = None,
    *,
    depends_on: Sequence[str] | str | None = None,
) -> Script | None:
    """Write a revision file, empty unless ``autogenerate``."""
    new = NewRevision(message, head, splice, branch_label, version_path, rev_id, depends_on)
    return revising.revision(project(directory), new, autogenerate=autogenerate, sql=sql)


def migrate(
    directory: Directory = None,
    message: str | None = None,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | None = None,
    version_path: str | None = None,
    rev_id: str | None = None,
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    allow_drop: bool = False,
    rename_tables: Mapping[str, str] | None = None,
    renames: Mapping[str, str] | None = None,
    no_renames: Sequence[str] = (),
    fills: Mapping[str, object] | None = None,
    casts: Mapping[str, str] | None = None,
    check_rows: bool = True,
    questions: Asker | None = None,
    prove: bool | None = None,
    from_history: bool = False,
) -> Script | None:
    """Write the revision that makes the databases like the models.

    :param allow_drop: write the script even if it drops most tables.
    :param rename_tables: old and new names of tables.
    :param renames: old and new names of columns: ``{"users.fullname": "users.name"}``.
    :param no_renames: tables and columns that were not renamed, or patterns of them.
    :param fills: what existing rows get: ``{"users.country": "XX"}``.
    :param casts: SQL that converts a column of PostgreSQL to its new type.
    :param check_rows: refuse a change of type that rows don't fit.
    :param questions: who answers what is not known; by default nobody does.
    :param prove: try the revision out on a scratch database; None does what the setting says.
    :param from_history: compare with what the revisions make on a scratch database; the
        application's own need not be up to date then, and its rows are not looked at.
    :returns: None when nothing differs.
    :raises NotUpToDate: a database lacks revisions that have a file.
    :raises ModelsNotFound: there are no models, or most of them are missing.
    :raises AnswerNeeded: a change can be read in two ways.
    :raises AnswerWrong: an answer fits nothing.
    :raises RowsInTheWay: rows don't fit what the models ask for.
    :raises ViewInTheWay: a view that the models don't declare depends on what changes.
    """
    new = NewRevision(message, head, splice, branch_label, version_path, rev_id)
    answers = Answers(
        rename_tables=rename_tables or {},
        renames=renames or {},
        no_renames=no_renames,
        fills=fills or {},
        casts=casts or {},
    )
    return generating.migrate(
        project(directory, x_arg, bind),
        new,
        sql=sql,
        allow_drop=allow_drop,
        answers=answers,
        questions=questions,
        check_rows=check_rows,
        prove=prove,
        from_history=from_history,
    )


def edit(directory: Directory = None, revision: str = "current") -> tuple[str, ...]:
    """Open revision files in ``$EDITOR``; returns the files."""
    return revising.edit(project(directory), revision)


def prove(
    directory: Directory = None,
    rev_range: str = "head",
    x_arg: XArg = None,
    *,
    bind: str | None = None,
) -> tuple[Proof, ...]:
    """Try revisions out on scratch databases.

    :param rev_range: a revision, or ``START:END``, both included.
    """
    return proving.prove(project(directory, x_arg, bind), rev_range)


def merge(
    directory: Directory = None,
    revisions: str | Sequence[str] = "",
    message: str | None = None,
    branch_label: str | None = None,
    rev_id: str | None = None,
    *,
    splice: bool = False,
) -> Script:
    """Join several heads with a new revision."""
    new = NewRevision(message, splice=splice, branch_label=branch_label, rev_id=rev_id)
    given = [revisions] if isinstance(revisions, str) else list(revisions)
    return revising.merge(project(directory), [item for item in given if item], new)


def upgrade(
    directory: Directory = None,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    wait: float | None = None,
    listener: Listener | None = None,
    lock_wait: float | None = None,
    backup: bool | None = None,
    preflight: bool | None = None,
) -> Outcome:
    """Apply the pending revisions.

    :param listener: told of every revision, and of what keeps the command waiting.
    :param lock_wait: seconds to wait for another migration of the same database, instead of
        ``GODWIT_LOCK_WAIT_SECONDS``.
    :param backup: make a backup of each database that is about to be changed, instead of
        ``GODWIT_BACKUP``.
    :param preflight: look for rows that a revision would fail on before anything runs, instead of
        ``GODWIT_PREFLIGHT``.
    :returns: for each database, the revisions that were applied and where it is now.
    :raises RowsInTheWay: a revision would fail on rows; nothing was run.
    :raises MigrationFailed: a revision failed; those before it stay applied.
    """
    work = project(directory, x_arg, bind, wait, backup)
    return applying.upgrade(
        work,
        revision,
        sql=sql,
        tag=tag,
        listener=listener,
        lock_wait=lock_wait,
        preflight=preflight,
    )


def downgrade(
    directory: Directory = None,
    revision: str = "-1",
    sql: bool = False,
    tag: str | None = None,
    x_arg: XArg = None,
    *,
    bind: str | None = None,
    wait: float | None = None,
    listener: Listener | None = None,
    lock_wait: float | None = None,
    backup: bool | None = None,
    from_ledger: bool = False,
) -> Outcome:
    """Revert revisions, by default the last one.

    :param from_ledger: a revision that has no file any more is reverted by its file as it was
        when it was applied, which the ledger in the database remembers.
    :raises MigrationFailed: a revision failed; those before it stay reverted.
    """
    work = project(directory, x_arg, bind, wait, backup)
    return applying.downgrade(
        work,
        revision,
        sql=sql,
        tag=tag,
        listener=listener,
        lock_wait=lock_wait,
        from_ledger=from_ledger,
    )


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


def show(directory: Directory = None, revision: str = "head") -> tuple[RevisionInfo, ...]:
    """The revisions that a symbol means."""
    return reading.show(project(directory), revision)


def history(
    directory: Directory = None,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
) -> tuple[RevisionInfo, ...]:
    """The revisions, newest first."""
    return reading.history(
        project(directory), rev_range, verbose=verbose, indicate_current=indicate_current
    )


def heads(
    directory: Directory = None, verbose: bool = False, resolve_dependencies: bool = False
) -> tuple[RevisionInfo, ...]:
    """The newest revision of each branch."""
    return reading.heads(
        project(directory), verbose=verbose, resolve_dependencies=resolve_dependencies
    )


def branches(directory: Directory = None, verbose: bool = False) -> tuple[BranchPoint, ...]:
    """The revisions that have several successors."""
    return reading.branches(project(directory), verbose=verbose)


def current(
    directory: Directory = None, verbose: bool = False, *, bind: str | None = None
) -> tuple[Current, ...]:
    """What each database's version table says."""
    return reading.current(project(directory, bind=bind), verbose=verbose)


def stamp(
    directory: Directory = None,
    revision: str | Sequence[str] = "head",
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    *,
    bind: str | None = None,
) -> Outcome:
    """Write into the version table that a database is at ``revision``; run nothing."""
    return applying.stamp(project(directory, bind=bind), revision, sql=sql, tag=tag, purge=purge)


def resolve(
    revision: str,
    decision: str,
    directory: Directory = None,
    *,
    bind: str | None = None,
) -> tuple[Resolved, ...]:
    """Decide what becomes of a revision that is half applied.

    :param decision: "applied" (the rest was done by hand), "rolled-back" (what was done was
        undone by hand) or "retry" (it goes on, with database and file as they are now).
    """
    return resolving.resolve(project(directory, bind=bind), revision, resolving.Decision(decision))


def backfill(
    directory: Directory = None,
    revision: str = "",
    *,
    bind: str | None = None,
    listener: Listener | None = None,
) -> tuple[Backfilled, ...]:
    """Do what ``op.backfill(…, later=True)`` left for later, while the application runs.

    :param revision: only what this revision left: its identifier or the beginning of it.
    """
    return backfilling.backfill(project(directory, bind=bind), revision, listener=listener)


def ensure_version(
    directory: Directory = None, sql: bool = False, *, bind: str | None = None
) -> Outcome:
    """Create the version table where it is missing."""
    return applying.ensure_version(project(directory, bind=bind), sql=sql)


def check(directory: Directory = None, *, bind: str | None = None) -> Differences:
    """What separates the databases from the models; false when nothing does."""
    return checking.check(project(directory, bind=bind))


def status(
    directory: Directory = None, *, bind: str | None = None, compare: bool = False
) -> Status:
    """Where things stand, and the one command to type next.

    :param compare: compare models and database too, which takes longer.
    """
    return standing.status(project(directory, bind=bind), compare=compare)


def pending(directory: Directory = None, *, bind: str | None = None) -> Pending:
    """What the databases lack; false when all are at head. Cheap: one query for each.

    A database that can't be asked is said in its entry, and raises nothing.
    """
    return asking.pending(project(directory, bind=bind))


def log(
    directory: Directory = None,
    revision: str = "",
    *,
    limit: int | None = None,
    bind: str | None = None,
) -> tuple[LogEntry, ...]:
    """Who did what to the databases, and when: the ledger, newest first.

    :param revision: the beginning of an identifier, ``head``, ``heads`` or ``current``.
    :param limit: that many entries at most.
    """
    return recorded.log(project(directory, bind=bind), revision, limit=limit)


def create(*, bind: str | None = None) -> tuple[DatabaseChange, ...]:
    """Create the databases that do not exist yet."""
    return setup.create(project(bind=bind))


def drop(*, bind: str | None = None) -> tuple[DatabaseChange, ...]:
    """Drop the databases with everything in them. Nothing is asked."""
    return setup.drop(project(bind=bind))
