"""What the ledger says: who did what to the databases, and when."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext

from ..environment import Migrations
from ..journal.ledger import Ledger
from ..values import LogEntry, Project


def log(project: Project, revision: str = "", *, limit: int | None = None) -> tuple[LogEntry, ...]:
    """The entries of all selected databases, newest first.

    :param revision: the beginning of an identifier, ``head``, ``heads`` or ``current``.
    :param limit: that many at most.
    """
    migrations = Migrations(project)
    found: list[tuple[LogEntry, ...]] = []

    def look(at: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        names = _beginnings(migrations, revision, at)
        if context.connection is not None and names is not None:
            found.append(ledger_of(context).entries(context.connection, names, limit))
        return ()

    migrations.run(look, dont_mutate=True)
    entries = [entry for entries in found for entry in entries]
    if len(found) > 1:
        entries.sort(key=lambda entry: entry.finished, reverse=True)
    return tuple(entries[:limit])


def ledger_of(context: MigrationContext) -> Ledger:
    """The ledger that belongs to a context's version table."""
    return Ledger(context.version_table, context.version_table_schema)


def _beginnings(
    migrations: Migrations, revision: str, at: tuple[str, ...]
) -> tuple[str, ...] | None:
    """How the identifiers begin that are asked for; () for all, None for none."""
    if revision == "current":
        return at or None
    if revision in ("head", "heads"):
        return tuple(migrations.scripts.get_heads()) or None
    return (revision,) if revision else ()
