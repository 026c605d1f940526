"""What the databases lack, asked cheaply: for start-up and health checks.

The revision files are read once for each process (and again when the folder changes), so
that what remains is one query for each database. A folder with an env.py is asked through
it, since only that knows where the version table is.
"""

from __future__ import annotations

import threading
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from ..connect import connected, explain
from ..dialects import dialect_for
from ..environment import Migrations
from ..errors import GodwitError
from ..frozen import frozen
from ..targets import DEFAULT_VERSION_TABLE, selected_targets
from ..values import Pending, Project, Target, TargetPending


@frozen
class _Known:
    """A folder as it was when its revision files were read."""

    migrations: Migrations
    dates: tuple[int, ...]


_known: dict[tuple[Path, tuple[str, ...]], _Known] = {}
_reading = threading.Lock()


def pending(project: Project) -> Pending:
    """What each selected database lacks. One that can't be asked is said, and raises nothing.

    :raises FolderMissing: there is no migrations folder.
    """
    migrations = _migrations(project)
    return Pending(tuple(_asked(project, migrations, t) for t in selected_targets(project)))


def _migrations(project: Project) -> Migrations:
    key = (project.directory, project.settings.version_locations)
    with _reading:
        known = _known.get(key)
        if known is None or known.dates != _dates(known.migrations.scripts):
            migrations = Migrations(project)
            dates = _dates(migrations.scripts)
            with migrations.loaded():
                known = _known[key] = _Known(migrations, dates)
        return known.migrations


def _dates(scripts: ScriptDirectory) -> tuple[int, ...]:
    """When files came or went: a folder's date changes with its list of files."""
    folders = [Path(scripts.dir), *(Path(place) for place in scripts._version_locations)]
    return tuple(folder.stat().st_mtime_ns if folder.is_dir() else 0 for folder in folders)


def _asked(project: Project, migrations: Migrations, target: Target) -> TargetPending:
    try:
        at = _through_env(project, target) if migrations.has_env else [_current(project, target)]
    except GodwitError as error:
        return TargetPending(target.bind, error=error.message)
    found = [_compared(migrations.scripts, target.bind, each) for each in at or [()]]
    return max(found, key=lambda each: (bool(each.unknown), len(each.pending)))


def _compared(scripts: ScriptDirectory, bind: str, at: tuple[str, ...]) -> TargetPending:
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = tuple(revision for revision in at if revision not in known)
    heads = tuple(scripts.get_heads())
    if unknown or not heads:
        return TargetPending(bind, at, heads, unknown=unknown)
    steps = scripts._upgrade_revs("heads", at)  # type: ignore[arg-type]
    lacking = [step.revision.revision for step in steps if isinstance(step.revision, Script)]
    return TargetPending(bind, at, heads, tuple(lacking))


def _current(project: Project, target: Target) -> tuple[str, ...]:
    options = project.options
    name = target.version_table or options.get("version_table") or DEFAULT_VERSION_TABLE
    schema = options.get("version_table_schema")
    versions = table(name, column("version_num"), schema=schema)
    with connected(target.engine) as connection:
        try:
            return tuple(connection.scalars(select(versions.c.version_num)))
        except DBAPIError as error:
            return _nothing(connection, name, schema, error)


def _nothing(
    connection: Connection, name: str, schema: str | None, error: DBAPIError
) -> tuple[str, ...]:
    """No revision, if the reason of an error is that there is no version table."""
    database = dialect_for(connection.engine.url)
    try:
        connection.rollback()
        if not inspect(connection).has_table(name, schema=schema):
            return ()
    except DBAPIError as lost:
        raise explain(database, lost) from lost
    raise explain(database, error) from error


def _through_env(project: Project, target: Target) -> list[tuple[str, ...]]:
    """Where an env.py finds a database, or each of its schemas, if it runs revisions in several."""
    found: list[tuple[str, ...]] = []

    def look(at: tuple[str, ...], context: MigrationContext) -> None:
        found.append(at)

    Migrations(project).narrowed(target.label).look(look)
    return found
