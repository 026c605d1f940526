"""A project whose database is a scratch database, and walls around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from ..contexts import Configured, known_options
from ..dialects import Database, dialect_for
from ..dialects.walls import kept_inside, untouched
from ..environment import Migrations
from ..errors import NotProvable
from ..failure import reason_of
from ..targets import selected_targets, tables_of
from ..values import Project, Target

# What is about one connection and run, and what would be told of revisions that nobody applied.
_NOT_FOR_SCRATCH = {
    "connection",
    "url",
    "dialect_name",
    "dialect_opts",
    "starting_rev",
    "tag",
    "as_sql",
    "output_buffer",
    "on_version_apply",
}


class ScratchMigrations(Migrations):
    """Runs without env.py, which would choose the application's own database.

    :param said: what that env.py said instead, by bind.
    """

    def __init__(
        self, project: Project, flags: Sequence[str], said: Mapping[str, Configured]
    ) -> None:
        super().__init__(project, flags)
        self.said = said

    def configured_for(self, target: Target) -> Configured:
        """What env.py said, as far as it holds for a scratch database."""
        own = super().configured_for(target)
        said = self.said.get(target.bind, own)
        kept = {name: value for name, value in said.options.items() if name in known_options()}
        options = {**own.options, **kept}
        for name in _NOT_FOR_SCRATCH:
            options.pop(name, None)
        return Configured(options, {**own.arguments, **said.arguments})

    @property
    def has_env(self) -> bool:
        """Never."""
        return False


def said_by_env(
    migrations: Migrations, already: Mapping[str, Configured] | None = None
) -> Mapping[str, Configured]:
    """What a folder's env.py says, by bind; nothing where there is none.

    :param already: what it said a moment ago, when it was asked for something else.
    """
    if not migrations.has_env:
        return {}
    if already is None:
        migrations.look(lambda _at, _context: None)
    return migrations.configured if already is None else already


def with_metadata(project: Project, said: Mapping[str, Configured]) -> Project:
    """The project with the models that env.py named."""

    def named(target: Target) -> Target:
        options = said[target.bind].options if target.bind in said else {}
        metadata = options.get("target_metadata")
        return replace(target, metadata=metadata) if metadata else target

    targets = tuple(map(named, project.targets()))
    return replace(project, targets=lambda: targets)


@contextmanager
def scratch_project(project: Project) -> Iterator[Project]:
    """The project, with an empty scratch database in place of each that ``bind`` selects.

    :raises NotProvable: none can be made.
    """
    with ExitStack() as stack:
        engines = {}
        for target in selected_targets(project):
            place = _place(project, target)
            engine = engines[target.bind] = stack.enter_context(_scratch(place, target.engine))
            schemas = {table.schema for table in tables_of(target.metadata) if table.schema}
            place.has_schemas(engine, schemas)
            stack.enter_context(kept_inside(engine, place, target.engine))
        stack.enter_context(untouched([each.engine for each in project.targets()]))
        targets = tuple(
            replace(each, engine=engines.get(each.bind, each.engine)) for each in project.targets()
        )
        yield replace(project, targets=lambda: targets)


def _place(project: Project, target: Target) -> Database:
    """The database on whose server the scratch database is made."""
    own = dialect_for(target.engine.url)
    if project.settings.scratch_url:
        other = dialect_for(make_url(project.settings.scratch_url))
        return other if other.extra == own.extra else own
    return own


@contextmanager
def _scratch(place: Database, real: Engine) -> Iterator[Engine]:
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(place.scratch(real))
        except SQLAlchemyError as error:
            raise NotProvable(
                f"no scratch database can be made: {_first_line(error)}",
                hint="Give the user the right to create databases, or set GODWIT_SCRATCH_URL.",
            ) from error
        yield engine


def _first_line(error: Exception) -> str:
    return reason_of(error).partition("\n")[0]
