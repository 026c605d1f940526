"""Commands that write revision files, and ``check``, which only compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script as AlembicScript
from alembic.script import ScriptDirectory
from alembic.util import open_in_editor, rev_id

from ..diff.answers import Answers
from ..diff.guards import no_models, refuse_mass_drop, unimported_models
from ..diff.naming import message_for
from ..diff.order import cycles_are_known
from ..diff.ownership import History, Ownership
from ..diff.questions import Asker, Refusal
from ..diff.refine import Refinement
from ..diff.rendering import fill_gaps
from ..diff.tidy import tidy
from ..diff.words import changes_of
from ..environment import Configured, Migrations
from ..errors import GodwitError, NotUpToDate, RevisionError
from ..parts import bind_of, bind_of_token
from ..proof.replay import replayed
from ..revision_errors import multiple_heads
from ..revision_files import authored
from ..targets import tables_of
from ..values import Change, Differences, LogEntry, Project, Script
from .proving import proved
from .reading import _current_heads, tuple_or_text
from .recorded import edited, entries_of
from .setup import init

_FLAGS = ("autogenerate",)


@dataclass(frozen=True)
class NewRevision:
    """What a new revision file is given. The names are Alembic's."""

    message: str | None = None
    head: str = "head"
    splice: bool = False
    branch_label: str | None = None
    version_path: str | None = None
    rev_id: str | None = None
    depends_on: Sequence[str] | str | None = None

    def arguments(self, *, autogenerate: bool, sql: bool) -> dict[str, Any]:
        """The ``command_args`` of Alembic's ``RevisionContext``."""
        return {
            "message": self.message,
            "autogenerate": autogenerate,
            "sql": sql,
            "head": self.head,
            "splice": self.splice,
            "branch_label": self.branch_label,
            "version_path": self.version_path,
            "rev_id": self.rev_id,
            "depends_on": self.depends_on,
        }


def revision(
    project: Project, new: NewRevision, *, autogenerate: bool = False, sql: bool = False
) -> Script | None:
    """Write a revision file, empty or filled by comparing models and database.

    :returns: None when there was nothing to fill it with.
    """
    if autogenerate:
        return migrate(project, new, sql=sql)
    migrations = Migrations(project)
    writer = _writer(migrations, new.arguments(autogenerate=False, sql=sql))
    if migrations.config.get_alembic_boolean_option("revision_environment"):
        _run_writer(migrations, writer.run_no_autogenerate, writer, as_sql=sql)
    elif sql:
        raise GodwitError("revision --sql needs `revision_environment = true` in alembic.ini.")
    with migrations.loaded() as scripts:
        _refuse_taken(scripts, new.rev_id)
        return _written(writer, ())


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
    :returns: None when nothing differs.
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
    comparison = _Comparison(project, new, allow_drop, refinement)
    if from_history:
        comparison.run_on_replay()
    else:
        comparison.run()
    if not comparison.changes:
        comparison.refuse_missing_models()
        return None
    script = comparison.write()
    proves = project.settings.prove if prove is None else prove
    if script is None or not proves:
        return script
    return proved(project, script, comparison.configured)


def has_models(project: Project) -> bool:
    """Whether the application describes a table for any of its databases."""
    return any(tables_of(target.metadata) for target in project.targets())


def check(project: Project) -> Differences:
    """What separates the databases from the models.

    :raises NotUpToDate: a database lacks revisions that have a file.
    """
    comparison = _Comparison(project, NewRevision(), True, Refinement(asker=None))
    comparison.edited = []
    comparison.run()
    return Differences(comparison.changes, tuple(comparison.edited), comparison.unmanaged)


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
        return _value(written, ())


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


@dataclass
class _Comparison:
    """One comparison of the databases with the models."""

    project: Project
    new: NewRevision
    allow_drop: bool
    refinement: Refinement
    changes: tuple[Change, ...] = ()
    edited: list[LogEntry] | None = None
    """Applied revisions whose files were changed since; None where nobody asks."""
    configured: Mapping[str, Configured] = field(default_factory=dict)
    """What the databases were compared with, by bind."""
    migrations: Migrations = field(init=False)
    writer: RevisionContext = field(init=False)

    def __post_init__(self) -> None:
        fill_gaps()
        self.migrations = Migrations(self.project, _FLAGS)
        self.refinement.ownership = Ownership(
            History(self._revision_paths), self.project.settings.ignore_tables
        )
        self.writer = _writer(self.migrations, self.new.arguments(autogenerate=True, sql=False))

    def _revision_paths(self) -> tuple[str, ...]:
        return tuple(script.path for script in self.migrations.scripts.walk_revisions())

    @property
    def unmanaged(self) -> tuple[str, ...]:
        """The tables that are not ours."""
        assert self.refinement.ownership is not None
        return tuple(self.refinement.ownership.unmanaged)

    def run_on_replay(self) -> None:
        """Compare with what the history makes, wherever the databases are."""
        with replayed(self.project, _FLAGS) as migrations:
            self.run(migrations)

    def run(self, replay: Migrations | None = None) -> None:
        """Compare; afterwards ``changes`` says what differs.

        :param replay: a scratch database in the place of the application's own.
        """
        migrations = replay or self.migrations
        _run_writer(migrations, self._compare, self.writer)
        self.configured = migrations.configured
        self.refinement.finish()
        self.changes = tuple(self._all_changes())

    def _compare(self, at: tuple[str, ...], context: MigrationContext) -> None:
        self._refuse_old_database(at, context)
        if self.edited is not None:
            self.edited += edited(context, self.migrations.scripts, at, entries_of(context))
        self.refinement.attach(context)
        with cycles_are_known():
            self.writer.run_autogenerate(at, context)
        if self.writer.generated_revisions:
            self.refinement.refine(self.writer.generated_revisions[-1])
        if not self.allow_drop and self.writer.generated_revisions:
            script = self.writer.generated_revisions[-1]
            refuse_mass_drop(
                context,
                script.upgrade_ops_list[-1],
                self._suspects(),
                rows_hidden=self.refinement.rows_hidden,
            )

    def _all_changes(self) -> Iterator[Change]:
        binds = {target.part: target.bind for target in self.project.targets()}
        for script in self.writer.generated_revisions:
            for operations in script.upgrade_ops_list:
                part = bind_of_token(operations.upgrade_token)
                yield from changes_of(operations, binds.get(part, part))

    def _refuse_old_database(self, at: tuple[str, ...], context: MigrationContext) -> None:
        scripts = self.migrations.scripts
        newest = scripts.get_revisions("heads")
        if set(scripts.get_revisions(at)) == set(newest):
            return
        if len(newest) > 1 and self.new.head == "head":
            raise multiple_heads(scripts, "a new revision needs one to stand on.")
        pending = [step.revision for step in scripts._upgrade_revs("heads", at)]  # type: ignore[arg-type]
        raise not_up_to_date(pending, bind_of(context))

    def refuse_missing_models(self) -> None:
        """No models and no changes: that is an error where files look like models."""
        if has_models(self.project):
            return
        suspects = self._suspects()
        if suspects:
            raise no_models(suspects)

    def _suspects(self) -> tuple[str, ...]:
        return unimported_models(self.project.root, self.project.directory)

    def write(self) -> Script | None:
        """Write the revision file."""
        for script in self.writer.generated_revisions:
            tidy(script)
            script.message = script.message or message_for(self.changes)
        with self.migrations.loaded() as scripts:
            _refuse_taken(scripts, self.new.rev_id)
            return _written(self.writer, self.changes, self.unmanaged)


def _refuse_taken(scripts: ScriptDirectory, revision: str | None) -> None:
    """Two files with one identifier would break the whole history."""
    if revision in {script.revision for script in scripts.walk_revisions()}:
        raise RevisionError(f"The revision {revision!r} exists already.")


def not_up_to_date(pending: Sequence[AlembicScript], bind: str) -> NotUpToDate:
    """The error for a database that lacks revisions: which ones, and what to type."""
    which = f"The database of bind {bind!r}" if bind else "The target database"
    option = f" --bind {bind}" if bind else ""
    return NotUpToDate(
        f"{which} is not up to date: {len(pending)} pending.",
        detail="\n".join(f"  {script.revision}  {authored(script)}" for script in pending),
        hint=f"flask db upgrade{option}",
    )


def _writer(migrations: Migrations, arguments: dict[str, Any]) -> RevisionContext:
    writer = RevisionContext(migrations.config, migrations.scripts, arguments)
    writer.template_args.update(migrations.template_args)
    return writer


def _run_writer(
    migrations: Migrations,
    work: Callable[[tuple[str, ...], MigrationContext], None],
    writer: RevisionContext,
    **options: Any,
) -> None:
    """Run Alembic's ``RevisionContext`` on every database."""

    def run(at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        work(at, context)
        return ()

    migrations.run(
        run,
        dont_mutate=True,
        template_args=writer.template_args,
        revision_context=writer,
        **options,
    )


def _written(
    writer: RevisionContext, changes: tuple[Change, ...], unmanaged: tuple[str, ...] = ()
) -> Script | None:
    files = [script for script in writer.generate_scripts() if script is not None]
    return _value(files[0], changes, unmanaged) if files else None


def _value(
    script: AlembicScript, changes: tuple[Change, ...], unmanaged: tuple[str, ...] = ()
) -> Script:
    return Script(script.revision, script.path, script.doc, changes, unmanaged)
