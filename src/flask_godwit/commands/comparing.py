"""One comparison of the databases with the models, and the file that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.autogenerate.render import _render_cmd_body
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import Script as AlembicScript
from alembic.script import ScriptDirectory

from ..contexts import Configured
from ..diff.compare.plugin import load
from ..diff.guards import no_models, refuse_mass_drop, unimported_models
from ..diff.naming import message_for
from ..diff.order import cycles_are_known
from ..diff.ownership import History, Ownership
from ..diff.refine import Refinement
from ..diff.rendering import fill_gaps
from ..diff.tidy import tidy
from ..diff.words import changes_of
from ..environment import Migrations
from ..errors import NotUpToDate, RevisionError
from ..parts import bind_of, bind_of_token
from ..proof.replay import replayed
from ..revision_errors import multiple_heads
from ..revision_files import authored
from ..script_text import laid_out
from ..targets import tables_of
from ..values import Change, LogEntry, Project, Script
from .recorded import edited, entries_of

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


@dataclass
class Comparison:
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
        self.refinement.objects.engines = [each.engine for each in self.project.targets()]
        self.writer = writer_for(self.migrations, self.new.arguments(autogenerate=True, sql=False))

    def _revision_paths(self) -> tuple[str, ...]:
        return tuple(script.path for script in self.migrations.scripts.walk_revisions())

    @property
    def unmanaged(self) -> tuple[str, ...]:
        """The tables that are not ours."""
        assert self.refinement.ownership is not None
        return tuple(self.refinement.ownership.unmanaged)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not compared, and why."""
        return tuple(self.refinement.objects.notes)

    def run_on_replay(self) -> None:
        """Compare with what the history makes, wherever the databases are."""
        with replayed(self.project, _FLAGS) as migrations:
            self.run(migrations)

    def run(self, replay: Migrations | None = None) -> None:
        """Compare; afterwards ``changes`` says what differs.

        :param replay: a scratch database in the place of the application's own.
        """
        migrations = replay or self.migrations
        run_writer(migrations, self._compare, self.writer)
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
            self._render(script)
        with self.migrations.loaded() as scripts:
            refuse_taken(scripts, self.new.rev_id)
            return script_of(self.writer, self.changes, self.unmanaged, self.notes)

    def _render(self, script: ops.MigrationScript) -> None:
        """Write the operations as Python, as Alembic does, and lay that out."""
        context = self.writer._last_autogen_context
        load(context.migration_context)  # for the run, its impl was another one
        context.imports = set(script.imports)
        given: dict[str, Any] = self.writer.template_args
        for up, down in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
            for token, operations in ((up.upgrade_token, up), (down.downgrade_token, down)):
                given[token] = laid_out(_render_cmd_body(operations, context)).lstrip()
        given["imports"] = "\n".join(sorted(context.imports))
        given["changes"] = self.changes
        script._needs_render = False  # by Alembic, its own way


def has_models(project: Project) -> bool:
    """Whether the application describes a table for any of its databases."""
    return any(tables_of(target.metadata) for target in project.targets())


def refuse_taken(scripts: ScriptDirectory, revision: str | None) -> None:
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


def writer_for(migrations: Migrations, arguments: dict[str, Any]) -> RevisionContext:
    """Alembic's ``RevisionContext``, which fills and writes a revision file."""
    writer = RevisionContext(migrations.config, migrations.scripts, arguments)
    writer.template_args.update(migrations.template_args)
    return writer


def run_writer(
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


def script_of(
    writer: RevisionContext,
    changes: tuple[Change, ...],
    unmanaged: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Script | None:
    """Write the file; None where Alembic was told to write nothing."""
    files = [script for script in writer.generate_scripts() if script is not None]
    return value_of(files[0], changes, unmanaged, notes) if files else None


def value_of(
    script: AlembicScript,
    changes: tuple[Change, ...],
    unmanaged: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Script:
    """A revision file as a value."""
    return Script(script.revision, script.path, script.doc, changes, unmanaged, notes)
