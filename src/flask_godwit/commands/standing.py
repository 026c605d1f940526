"""Where things stand: folder, revisions, databases, and the one command to type next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from ..authors import authors
from ..connect import connected
from ..dialects import dialect_for
from ..environment import Migrations
from ..errors import DatabaseError, GodwitError
from ..parts import bind_of
from ..revision_files import info
from ..steps import applied_in
from ..targets import BACKFILLS_TABLE, selected_targets
from ..values import (
    DueBackfill,
    LogEntry,
    PendingRevision,
    Project,
    RevisionInfo,
    Status,
    Target,
    TargetStatus,
)
from .checking import check
from .recorded import applied_rows, edited, entries_of, last_failure
from .resolving import half_applied_in


def status(project: Project, *, compare: bool = False) -> Status:
    """Where things stand in every selected database. A database that can't be asked is said.

    :param compare: also compare models and database, where nothing is pending.
    """
    if not project.directory.is_dir():
        return _without_folder(project)
    migrations = Migrations(project)
    targets = tuple(_target_status(migrations, target) for target in selected_targets(project))
    with migrations.loaded() as scripts:
        revisions = list(scripts.walk_revisions())
        heads = tuple(info(script) for script in revisions if script.is_head)
    if compare and all(target.at_head for target in targets):
        targets = tuple(_compared(project, target) for target in targets)
    command, reason = _next(len(revisions), heads, targets)
    return Status(str(project.directory), True, len(revisions), heads, targets, command, reason)


def _without_folder(project: Project) -> Status:
    targets = tuple(_reachable(project, target) for target in selected_targets(project))
    command, reason = _next(0, (), targets)
    return Status(str(project.directory), False, 0, (), targets, command, reason)


def _reachable(project: Project, target: Target) -> TargetStatus:
    url = dialect_for(target.engine.url).display_url
    try:
        with connected(target.engine, project.wait):
            return TargetStatus(target.bind, url)
    except DatabaseError as error:
        return _trouble(target, url, error)


def _trouble(target: Target, url: str, error: GodwitError) -> TargetStatus:
    first_hint = error.hint.partition("\n")[0]
    return TargetStatus(target.bind, url, error=error.message, error_hint=first_hint)


def _target_status(every: Migrations, target: Target) -> TargetStatus:
    """One database's status; each is asked on its own, so that one that is down hides no other."""
    url = dialect_for(target.engine.url).display_url
    found: list[TargetStatus] = []
    migrations = every.narrowed(target.label)
    look = partial(_look, migrations, url, found)
    try:
        migrations.look(look)
    except GodwitError as error:
        return _trouble(target, url, error)
    # An env.py may run the revisions in several schemas: the one that is furthest behind.
    return max(found, key=_urgency, default=TargetStatus(target.bind, url))


def _urgency(status: TargetStatus) -> tuple[bool, int]:
    return bool(status.unknown or status.half_applied), len(status.pending)


def _look(
    migrations: Migrations,
    url: str,
    found: list[TargetStatus],
    at: tuple[str, ...],
    context: MigrationContext,
) -> None:
    scripts = migrations.scripts
    every = {script.revision: script for script in scripts.walk_revisions()}
    unknown = tuple(revision for revision in at if revision not in every)
    known = tuple(revision for revision in at if revision in every)
    pending = () if unknown else tuple(_pending(migrations, known))
    entries = entries_of(context)
    rows = applied_rows(entries)
    applied = applied_in(scripts, at)
    target = TargetStatus(
        bind_of(context),
        url,
        at,
        tuple(scripts.get_heads()),
        pending,
        unknown,
        half_applied=half_applied_in(context, applied),
        lost=tuple(rows[revision] for revision in unknown if revision in rows),
        edited=edited(context, scripts, at, entries),
        failure=_failure(entries, applied),
        due=_due(context),
    )
    found.append(target)


def _due(context: MigrationContext) -> tuple[DueBackfill, ...]:
    """What revisions left for later, which they seldom do: read where anything ever was."""
    connection = context.connection
    if connection is None:
        return ()
    try:
        if not inspect(connection).has_table(BACKFILLS_TABLE, schema=context.version_table_schema):
            return ()
        from .backfilling import due_in

        return due_in(context, connection)
    except DBAPIError:  # a user who may read the version table, but not this one
        connection.rollback()
        return ()


def _pending(migrations: Migrations, at: tuple[str, ...]) -> list[PendingRevision]:
    if not migrations.scripts.get_heads():
        return []
    steps = migrations.scripts._upgrade_revs("heads", at)  # type: ignore[arg-type]
    infos = [info(step.revision) for step in steps if isinstance(step.revision, Script)]
    known = authors(item.path for item in infos)
    return [PendingRevision(**vars(item), **_written(known[item.path])) for item in infos]


def _written(known: tuple[str, datetime | None]) -> dict[str, Any]:
    return {"author": known[0], "written": known[1]}


def _compared(project: Project, target: TargetStatus) -> TargetStatus:
    try:
        found = check(replace(project, bind=target.bind or "default"))
    except GodwitError as error:
        return replace(target, error=error.message, error_hint=error.hint)
    return replace(target, changes=found.changes)


def _failure(entries: tuple[LogEntry, ...], applied: Collection[str]) -> LogEntry | None:
    """What failed last, unless others have done it since, such as plain Alembic."""
    last = last_failure(entries)
    if last is None:
        return None
    done = "upgrade" if last.revision in applied else "downgrade"
    return None if last.direction == done else last


def _next(
    revisions: int, heads: tuple[RevisionInfo, ...], targets: tuple[TargetStatus, ...]
) -> tuple[str, str]:
    """The one next command and why; both "" when there is nothing to do."""
    troubled = [target for target in targets if target.error]
    if troubled:
        hint = troubled[0].error_hint
        command = hint.partition("    ")[0] if hint.startswith("flask ") else ""
        return command, f"{troubled[0].bind or 'the database'} can't be asked"
    half = [item for target in targets for item in target.half_applied]
    if half:
        told = f"revision {half[0].revision} is half done: {half[0].so_far}"
        return f"flask db {half[0].direction}", told
    if any(target.unknown for target in targets):
        lost = [entry.revision for target in targets for entry in target.lost]
        command = f"flask db show {lost[0]}" if lost else "flask db history"
        return command, "the database has a revision that no file has"
    failures = [target.failure for target in targets if target.failure]
    if failures:
        last = failures[0]
        again = f"flask db {last.direction}{f' --bind {last.bind}' if last.bind else ''}"
        return again, f"{last.revision} failed: put right what stopped it"
    if len(heads) > 1:
        return "flask db merge heads", f"the history has {len(heads)} heads"
    pending = sum(len(target.pending) for target in targets)
    if pending:
        return "flask db upgrade", f"{pending} pending"
    due = [item for target in targets for item in target.due]
    if due:
        return "flask db backfill", f"rows of {due[0].table} are to be changed"
    if not revisions:
        return (
            'flask db migrate -m "Initial migration"',
            "there is no revision yet: this writes the first",
        )
    changed = sum(len(target.changes or ()) for target in targets)
    if changed:
        return "flask db migrate", f"the models differ from the database in {changed} places"
    return "", ""
