"""What the history makes, on a scratch database: something to compare the models with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic.runtime.migration import MigrationContext, RevisionStep

from ..environment import Migrations
from ..errors import GodwitError, NotProvable
from ..failure import reason_of
from ..values import Project
from .scratch import ScratchMigrations, said_by_env, scratch_project, with_metadata


@contextmanager
def replayed(project: Project, flags: Sequence[str]) -> Iterator[Migrations]:
    """The migrations folder, on scratch databases that all of its revisions were applied to.

    :raises NotProvable: no scratch database can be made, or a revision can't be run on one.
    """
    said = said_by_env(Migrations(project, flags))
    with scratch_project(with_metadata(project, said)) as scratched:
        migrations = ScratchMigrations(scratched, flags, said)
        _upgrade(migrations)
        yield migrations


def _upgrade(migrations: ScratchMigrations) -> None:
    """Apply every revision, and name the one that fails."""
    revision = ""

    def steps(at: tuple[str, ...], _: MigrationContext) -> Iterator[RevisionStep]:
        nonlocal revision
        for step in migrations.scripts._upgrade_revs("heads", at):  # type: ignore[arg-type]
            revision = step.revision.revision
            yield step

    try:
        migrations.run(steps)
    except Exception as error:
        if isinstance(error, GodwitError) and not isinstance(error, NotProvable):
            raise  # it says itself what is wrong, and where
        raise NotProvable(
            f"The history can't be replayed on a scratch database: revision {revision}:"
            f" {reason_of(error)}",
            hint="flask db upgrade, and migrate without --from-history    compares with the"
            " database itself",
        ) from error
