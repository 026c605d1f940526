"""The functions that make the folder and write revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..commands import generating, proving, reading, revising, setup
from ..commands.comparing import NewRevision
from ..diff.answers import Answers
from ..diff.questions import Asker
from ..proofs import Proof
from ..values import Created, Script, Template
from .application import Directory, XArg, project


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
    :raises ChangeRefused: the database has no statement for what changes.
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
