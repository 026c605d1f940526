"""``resolve``: somebody decides what becomes of a half-applied revision."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path

from alembic.runtime.migration import MigrationContext

from ..environment import Migrations
from ..errors import RevisionError
from ..journal.entries import BEGUN, DONE, digest
from ..journal.store import Store
from ..listener import Listener
from ..lock import DeployLocks
from ..parts import bind_of
from ..targets import DEFAULT_VERSION_TABLE, selected_targets
from ..values import HalfApplied, Project, Resolved
from .applying import stamp, stamp_reverted
from .limits import patience_of


class Decision(Enum):
    """What a person says about a half-applied revision."""

    APPLIED = "applied"
    """The rest was done by hand: it counts as done."""
    ROLLED_BACK = "rolled-back"
    """What was done of it was undone by hand: it runs from its start."""
    RETRY = "retry"
    """It goes on after what was done, with the database and the file as they are now."""


def resolve(
    project: Project,
    revision: str,
    decision: Decision,
    *,
    listener: Listener | None = None,
    lock_wait: float | None = None,
) -> tuple[Resolved, ...]:
    """Carry out a decision about a revision that is half applied.

    :param revision: its identifier or the beginning of it.
    :returns: one for each database in which it was half applied.
    :raises RevisionError: it is half applied nowhere.
    """
    patience = patience_of(project.settings, listener or Listener(), lock_wait)
    table = project.options.get("version_table", DEFAULT_VERSION_TABLE)
    with DeployLocks(selected_targets(project), table, patience) as locks:
        locks.acquire(project.wait)
        done = tuple(_resolve(Migrations(project), revision, decision))
    if not done:
        raise RevisionError(
            f"Revision {revision} is not half applied.", hint="flask db status    says what is"
        )
    for each in done if decision is Decision.APPLIED else ():
        mark = stamp if each.direction == "upgrade" else stamp_reverted
        narrowed = replace(project, bind=each.bind or project.bind)
        mark(narrowed, each.revision, listener=listener, lock_wait=lock_wait)
    return done


def half_applied_in(context: MigrationContext, applied: Collection[str]) -> tuple[HalfApplied, ...]:
    """The revisions that a run began in this database and did not end.

    :param applied: those that are.
    """
    found = []
    for (revision, direction), entries in _store(context).half_done(applied).items():
        error = next((each.error for each in reversed(entries) if each.error), "")
        done, begun = (
            tuple(each.statement for each in entries if each.state == state)
            for state in (DONE, BEGUN)
        )
        found.append(HalfApplied(bind_of(context), revision, direction, done, error, begun))
    return tuple(found)


def _resolve(migrations: Migrations, revision: str, decision: Decision) -> Iterator[Resolved]:
    done: list[Resolved] = []

    def work(at: tuple[str, ...], context: MigrationContext) -> None:
        store = _store(context)
        for name, direction in store.unfinished():
            if name.startswith(revision):
                _carry_out(store, name, direction, decision, _file_of(migrations, name))
                done.append(Resolved(bind_of(context), name, direction, decision.value))
        if context.connection is not None:
            context.connection.commit()

    migrations.look(work)
    yield from done


def _carry_out(store: Store, name: str, direction: str, decision: Decision, file: str) -> None:
    if decision is not Decision.RETRY:
        store.clear(name, direction)
        return
    for entry in store.read()[name, direction]:
        # Whether this one took effect can't be seen: it is sent again.
        if entry.state == BEGUN and not (entry.before or entry.is_piece):
            store.forget(name, direction, entry)
    store.take_as_it_is(name, direction, file)


def _file_of(migrations: Migrations, revision: str) -> str:
    """The digest of its file."""
    with migrations.loaded() as scripts:
        path = Path(scripts.get_revision(revision).path)
        return digest(path.read_text(encoding="utf-8"))


def _store(context: MigrationContext) -> Store:
    assert context.connection is not None
    return Store(context.connection, context.version_table, context.version_table_schema)
