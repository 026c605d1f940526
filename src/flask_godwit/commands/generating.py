"""Commands that write revision files, and ``check``, which only compares."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.util import open_in_editor, rev_id

from ..diff.answers import Answers
from ..diff.questions import Asker, Refusal
from ..diff.refine import Refinement
from ..environment import Migrations
from ..errors import GodwitError
from ..values import Differences, Project, Script
from .comparing import (
    Comparison,
    NewRevision,
    refuse_taken,
    run_writer,
    script_of,
    value_of,
    writer_for,
)
from .judging import judged
from .proving import proved
from .reading import _current_heads, tuple_or_text
from .setup import init


def revision(
    project: Project, new: NewRevision, *, autogenerate: bool = False, sql: bool = False
) -> Script | None:
    """Write a revision file, empty or filled by comparing models and database.

    :returns: None when there was nothing to fill it with.
    """
    if autogenerate:
        return migrate(project, new, sql=sql)
    migrations = Migrations(project)
    writer = writer_for(migrations, new.arguments(autogenerate=False, sql=sql))
    if migrations.config.get_alembic_boolean_option("revision_environment"):
        run_writer(migrations, writer.run_no_autogenerate, writer, as_sql=sql)
    elif sql:
        raise GodwitError("revision --sql needs `revision_environment = true` in alembic.ini.")
    with migrations.loaded() as scripts:
        refuse_taken(scripts, new.rev_id)
        return script_of(writer, ())


def migrate(
    project: Project,
    new: NewRevision,
    *,
    sql: bool = False,
    allow_drop: bool = False,
    answers: Answers | None = None,
    questions: Asker | None = None,
    check_rows: bool = True,
    prove: bool | None = None,
    from_history: bool = False,
) -> Script | None:
    """Write the revision that makes the databases like the models.

    The folder is made first where there is none. A revision without a message is
    named after what it changes.

    :param allow_drop: write the script even if it drops most tables.
    :param answers: what is known without asking.
    :param questions: who answers the rest; without one the command stops at a question.
    :param check_rows: refuse a change of type that rows don't fit.
    :param prove: try the revision out on a scratch database; None does what the setting says.
    :param from_history: compare the models with what the history makes on a scratch database:
        the application's own need not be up to date, and its rows are not looked at.
    :raises NotProvable: there is no scratch database, or the history can't be run on it.
    :raises AnswerNeeded: a change can be read in two ways.
    :raises AnswerWrong: an answer fits nothing.
    :raises RowsInTheWay: rows don't fit what the models ask for.
    :raises ViewInTheWay: a view that the models don't declare depends on what changes.
    :returns: None when nothing differs.
    :raises GodwitError: nothing differs, but not everything could be compared.
    :raises NotUpToDate: a database lacks revisions that have a file.
    :raises ModelsNotFound: there are no models, or most of them are missing.
    """
    if sql:
        raise GodwitError("--sql makes no sense with autogenerate: it writes a script, not SQL.")
    if not project.directory.is_dir():
        project.targets()  # raises for a wrong Migrate(), which must leave no folder behind
        init(project)
    refinement = Refinement(
        answers or Answers(),
        questions or Refusal(),
        check_rows=check_rows and not from_history,
        rows_hidden=from_history,
    )
    comparison = Comparison(project, new, allow_drop, refinement)
    if from_history:
        comparison.run_on_replay()
    else:
        comparison.run()
    if not comparison.changes:
        comparison.refuse_missing_models()
        if comparison.notes:
            raise GodwitError(comparison.notes[0])
        return None
    script = comparison.write()
    if script is not None:
        script = judged(
            comparison.migrations, script, {} if from_history else comparison.configured
        )
    proves = project.settings.prove if prove is None else prove
    if script is None or not proves:
        return script
    return proved(project, script, comparison.configured)


def check(project: Project) -> Differences:
    """What separates the databases from the models.

    :raises NotUpToDate: a database lacks revisions that have a file.
    """
    comparison = Comparison(project, NewRevision(), True, Refinement(asker=None))
    comparison.edited = []
    comparison.run()
    return Differences(
        comparison.changes, tuple(comparison.edited), comparison.unmanaged, comparison.notes
    )


def merge(project: Project, revisions: Sequence[str], new: NewRevision) -> Script:
    """Join several heads with a revision that has them all as parents.

    :raises GodwitError: fewer than two revisions were named, directly or by ``heads``.
    """
    migrations = Migrations(project)
    with migrations.loaded() as scripts:
        found = scripts.get_revisions(tuple_or_text(list(revisions)))
        if len(set(found)) < 2:
            raise GodwitError(
                f"A merge needs at least two revisions, not {len(set(found))}.",
                hint="flask db merge heads" if len(scripts.get_heads()) > 1 else "flask db heads",
            )
        written = scripts.generate_revision(
            new.rev_id or rev_id(),
            new.message,
            refresh=True,
            head=tuple(revisions),
            splice=new.splice,
            branch_labels=new.branch_label,
            config=migrations.config,
            **migrations.template_args,
        )
        assert written is not None
        return value_of(written, ())


def edit(project: Project, revision: str = "current") -> tuple[str, ...]:
    """Open revision files in the editor that ``$EDITOR`` names.

    :returns: the files.
    """
    migrations = Migrations(project)
    symbol = _current_heads(migrations) if revision == "current" else revision
    with migrations.loaded() as scripts:
        found = [script for script in scripts.get_revisions(tuple_or_text(symbol)) if script]
        if not found:
            raise GodwitError(
                f"No revision file for {revision!r}.", hint="flask db history    lists them"
            )
        for script in found:
            open_in_editor(script.path)
        return tuple(script.path for script in found)
