"""One of Alembic's steps and its transaction, as guards, ledger and commands need them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError, to_tuple

from .dialects.guard import Running
from .journal.recorder import Move
from .journal.sources import source_of
from .secrecy import shown


def outside_transaction(context: MigrationContext, action: Callable[[], None]) -> None:
    """Do something between two transactions, of which Alembic holds the second afterwards."""
    assert context.connection is not None
    inside = context._transaction is not None
    context.connection.rollback()
    action()
    if inside:
        context._transaction = context.connection.begin()


def spans_revisions(context: MigrationContext) -> bool:
    """Whether somebody else, an env.py or an option, began one transaction for all revisions."""
    return context._in_external_transaction or context._transaction is not None


def as_move(step: RevisionStep) -> Move:
    """A step as the ledger notes it. A stamp is about the revision that it leads to."""
    made = step.info
    about = made.destination_revision_ids if made.is_stamp else made.up_revision_ids
    script: Any = made.revision_map.get_revision(about[0]) if about else None
    direction = "upgrade" if made.is_upgrade else "downgrade"
    return Move(
        revision=", ".join(about) or "base",
        down_revisions=to_tuple(getattr(script, "down_revision", None), default=()),
        message=getattr(script, "doc", None) or "",
        direction="stamp" if made.is_stamp else direction,
        text=source_of(getattr(script, "path", None) or ""),
    )


def commit_what_is_open(context: MigrationContext) -> None:
    """Keep the revision's version, also when the revision itself ended Alembic's transaction.

    After a ``op.get_bind().commit()`` in it nobody else would.
    """
    connection = None if context.as_sql else context.connection
    if connection is not None and connection.in_transaction() and not spans_revisions(context):
        connection.commit()


def as_running(step: RevisionStep) -> Running:
    """A step as the guards are told of it."""
    script = step.info.up_revision
    return Running(
        step.info.up_revision_id or "",
        "upgrade" if step.is_upgrade else "downgrade",
        getattr(script, "path", ""),
        getattr(script, "module", None),
    )


def applied_in(scripts: ScriptDirectory, heads: Collection[str]) -> set[str]:
    """The heads, and all revisions that they build on."""
    try:
        found = scripts.iterate_revisions(tuple(heads), "base", inclusive=True) if heads else ()
        return {script.revision for script in found}
    except (CommandError, RevisionError):  # a head without a file
        return set(heads)


def database_url(context: MigrationContext) -> str:
    """The URL of a context's database, without password."""
    assert context.connection is not None
    return shown(context.connection.engine.url)
