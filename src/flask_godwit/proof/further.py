"""What a comparison with the models would still change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from ..diff.order import cycles_are_known
from ..diff.ownership import History, Ownership
from ..diff.refine import Refinement
from ..diff.words import changes_of
from ..environment import Migrations
from ..parts import bind_of
from ..values import Change


def further_changes(
    migrations: Migrations, context: MigrationContext, at: Sequence[str]
) -> tuple[Change, ...]:
    """The differences between the context's database and the models; none is as it should be."""
    script, _ = _compared(migrations, context)
    return _changes(_as_the_application_wants(context, at, script), bind_of(context))


def all_changes(migrations: Migrations, context: MigrationContext) -> tuple[Change, ...]:
    """The same, and what the application would leave out of a script.

    Renames that the models know of are in it as well as what they look like.
    """
    script, first = _compared(migrations, context)
    bind = bind_of(context)
    return (*_changes([script], bind), *changes_of(ops.UpgradeOps(first), bind))


def _compared(
    migrations: Migrations, context: MigrationContext
) -> tuple[ops.MigrationScript, list[ops.MigrateOperation]]:
    refinement = Refinement(asker=None)
    history = History(lambda: [script.path for script in migrations.scripts.walk_revisions()])
    refinement.ownership = Ownership(history, migrations.project.settings.ignore_tables)
    refinement.attach(context)
    with cycles_are_known():
        script = produce_migrations(context, context.opts["target_metadata"])
    return script, refinement.first


def _changes(scripts: Iterable[Any], bind: str) -> tuple[Change, ...]:
    return tuple(
        change
        for each in scripts
        for operations in each.upgrade_ops_list
        for change in changes_of(operations, bind)
    )


def _as_the_application_wants(
    context: MigrationContext, at: Sequence[str], script: ops.MigrationScript
) -> list[Any]:
    """The script after ``process_revision_directives``, which may leave things out."""
    directives: list[Any] = [script]
    hook = context.opts.get("process_revision_directives")
    if hook is not None:
        hook(context, tuple(at), directives)
    return directives
