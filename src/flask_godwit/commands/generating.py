"""``migrate``: the revision file that makes the databases like the models."""

from __future__ import annotations

from functools import partial

from ..diff.answers import Answers
from ..diff.guards import no_models, refuse_mass_drop, unimported_models
from ..diff.questions import Asker, Refusal
from ..diff.refine import Refinement
from ..diff.steps import only_makes_tables
from ..errors import GodwitError
from ..targets import tables_of
from ..values import Project, Script
from .comparing import FLAGS, Comparison, NewRevision
from .setup import init
from .writing import write


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
    :raises ChangeRefused: the database has no statement for what changes.
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
    guard = partial(
        refuse_mass_drop, find_suspects=partial(_suspects, project), rows_hidden=from_history
    )
    comparison = Comparison(project, new, refinement, None if allow_drop else guard)
    if from_history:
        _run_on_replay(comparison)
    else:
        comparison.run()
    if not comparison.changes:
        _refuse_missing_models(project)
        if comparison.notes:
            raise GodwitError(comparison.notes[0])
        return None
    script = write(comparison)
    if script is None:
        return None
    proves = project.settings.prove if prove is None else prove
    return _examined(comparison, script, from_history=from_history, proves=proves)


def _run_on_replay(comparison: Comparison) -> None:
    """Compare with what the history makes, wherever the databases are."""
    from ..proof.replay import replayed

    with replayed(comparison.project, FLAGS) as migrations:
        comparison.run(migrations)


def _examined(
    comparison: Comparison, script: Script, *, from_history: bool, proves: bool
) -> Script:
    """A script that was just written, with what the rules say of it and its proof."""
    if not all(map(only_makes_tables, comparison.upgrades)):  # nobody waits for a new table
        from .judging import judged

        known = {} if from_history else comparison.configured
        script = judged(comparison.migrations, script, known)
    if proves:
        from .proving import proved

        found = frozenset(comparison.found)
        script = proved(comparison.project, script, found, comparison.configured)
    return script


def has_models(project: Project) -> bool:
    """Whether the application describes a table for any of its databases."""
    return any(tables_of(target.metadata) for target in project.targets())


def _refuse_missing_models(project: Project) -> None:
    """No models and no changes: that is an error where files look like models."""
    suspects = () if has_models(project) else _suspects(project)
    if suspects:
        raise no_models(suspects)


def _suspects(project: Project) -> tuple[str, ...]:
    return unimported_models(project.root, project.directory)
