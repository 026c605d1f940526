"""One comparison of the databases with the models. What becomes of it is another module's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.operations.ops import UpgradeOps
from alembic.runtime.migration import MigrationContext
from alembic.script import Script as AlembicScript

from ..contexts import Configured
from ..diff.order import cycles_are_known
from ..diff.ownership import History, Ownership
from ..diff.refine import Refinement
from ..environment import Look, Migrations
from ..errors import NotUpToDate
from ..frozen import frozen
from ..parts import bind_of, bind_of_token
from ..revision_errors import multiple_heads
from ..revision_files import authored
from ..values import Change, LogEntry, Project
from .recorded import edited, entries_of

FLAGS = ("autogenerate",)
"""What the application's ``Migrate.configure`` callbacks are told of the command."""


@frozen
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
    refinement: Refinement
    guard: Callable[[MigrationContext, UpgradeOps], None] | None = None
    """Is shown what separates each database from its models, and may refuse it."""
    changes: tuple[Change, ...] = ()
    found: set[str] = field(default_factory=set)
    """The differences in words, as they were found: a script may need further steps for them."""
    edited: list[LogEntry] | None = None
    """Applied revisions whose files were changed since; None where nobody asks."""
    configured: Mapping[str, Configured] = field(default_factory=dict)
    """What the databases were compared with, by bind."""
    migrations: Migrations = field(init=False)
    writer: RevisionContext = field(init=False)

    def __post_init__(self) -> None:
        self.migrations = Migrations(self.project, FLAGS)
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
        # What is missing may be what the script brings: it is said where nothing else differs.
        unmade = (
            f"The server does not make {table} as its model says: {reason}. Its CHECKs, defaults"
            " and expressions were not compared."
            for table, reason in self.refinement.unmade.items()
            if not self.changes
        )
        return (*self.refinement.objects.notes, *unmade)

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
            self._note_what_was_found(context)
            self.refinement.refine(self.writer.generated_revisions[-1])
            if self.guard is not None:
                self.guard(context, self.writer.generated_revisions[-1].upgrade_ops_list[-1])

    def _note_what_was_found(self, context: MigrationContext) -> None:
        operations = self.writer.generated_revisions[-1].upgrade_ops_list[-1]
        if operations.ops:
            from ..diff.words import changes_of

            # Where somebody else compares, nobody says what was renamed.
            first = UpgradeOps(self.refinement.first or operations.ops)
            self.found.update(map(str, changes_of(first, bind_of(context))))

    @property
    def upgrades(self) -> list[UpgradeOps]:
        """What each database lacks, of those that lack anything."""
        written = self.writer.generated_revisions
        return [each for script in written for each in script.upgrade_ops_list if each.ops]

    def _all_changes(self) -> Iterator[Change]:
        found = self.upgrades
        if not found:
            return
        from ..diff.words import changes_of

        binds = {target.part: target.bind for target in self.project.targets()}
        for operations in found:
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
    work: Look,
    writer: RevisionContext,
    **options: Any,
) -> None:
    """Run Alembic's ``RevisionContext`` on every database."""
    migrations.look(
        work,
        template_args=writer.template_args,
        revision_context=writer,
        **options,
    )
