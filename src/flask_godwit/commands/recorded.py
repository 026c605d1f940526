"""What the ledger says: who did what, which files were edited since, and files that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.exc import DBAPIError

from ..environment import Migrations
from ..errors import RevisionError
from ..journal.ledger import DONE, FAILED, Ledger
from ..journal.sources import checksum, is_same_program, source_of
from ..values import LogEntry, Project, RevisionInfo


def log(project: Project, revision: str = "", *, limit: int | None = None) -> tuple[LogEntry, ...]:
    """The entries of all selected databases, newest first.

    :param revision: the beginning of an identifier, ``head``, ``heads`` or ``current``.
    :param limit: that many at most.
    """
    migrations = Migrations(project)
    found: list[tuple[LogEntry, ...]] = []

    def look(at: tuple[str, ...], context: MigrationContext) -> None:
        names = _beginnings(migrations, revision, at)
        if context.connection is not None and names is not None:
            found.append(ledger_of(context).entries(context.connection, names, limit))

    migrations.look(look)
    entries = [entry for entries in found for entry in entries]
    if len(found) > 1:
        entries.sort(key=lambda entry: entry.finished, reverse=True)
    return tuple(entries[:limit])


def ledger_of(context: MigrationContext) -> Ledger:
    """The ledger that belongs to a context's version table."""
    return Ledger(context.version_table, context.version_table_schema)


def entries_of(context: MigrationContext) -> tuple[LogEntry, ...]:
    """All entries of a context's database, newest first; none where they can't be read."""
    if context.connection is None:
        return ()
    try:
        return ledger_of(context).entries(context.connection)
    except DBAPIError:  # a user who may read the version table, but not the ledger
        context.connection.rollback()
        return ()


def applied_rows(entries: Iterable[LogEntry]) -> dict[str, LogEntry]:
    """For each revision the entry of when it was last applied or stamped."""
    found: dict[str, LogEntry] = {}
    for entry in entries:
        if entry.result == DONE and entry.direction != "downgrade":
            found.setdefault(entry.revision, entry)
    return found


def edited(
    context: MigrationContext,
    scripts: ScriptDirectory,
    at: Iterable[str],
    entries: Iterable[LogEntry],
) -> tuple[LogEntry, ...]:
    """The applied revisions whose files say something else now.

    Compared as programs: white space, comments and docstrings don't count.
    """
    rows = applied_rows(entries)
    suspects: list[tuple[LogEntry, str]] = []
    for script in _applied(scripts, at):
        row, text = rows.get(script.revision), source_of(script.path)
        if row and row.checksum and text and checksum(text) != row.checksum:
            suspects.append((row, text))
    if not suspects or context.connection is None:
        return ()
    numbers = [row.number for row, _ in suspects]
    before = ledger_of(context).texts(context.connection, numbers)
    return tuple(row for row, now in suspects if not is_same_program(before[row.number], now))


def _applied(scripts: ScriptDirectory, at: Iterable[str]) -> list[Script]:
    known = {script.revision for script in scripts.walk_revisions()}
    heads = tuple(revision for revision in at if revision in known)
    if not heads:
        return []
    found = scripts.iterate_revisions(heads, "base", inclusive=True)
    return [script for script in found if isinstance(script, Script)]


def last_failure(entries: tuple[LogEntry, ...]) -> LogEntry | None:
    """The failure that is the last thing that happened, if it is one."""
    return entries[0] if entries and entries[0].result == FAILED else None


def gone(project: Project, wanted: str = "") -> dict[str, tuple[LogEntry, str]]:
    """Revisions that the ledger has and no file: their entries, and their files as they were.

    :param wanted: the beginning of an identifier, or ``current`` for those that the databases are
        at and their predecessors.
    """
    migrations = Migrations(project)
    found: dict[str, tuple[LogEntry, str]] = {}

    def look(at: tuple[str, ...], context: MigrationContext) -> None:
        assert context.connection is not None
        files = {script.revision for script in migrations.scripts.walk_revisions()}
        rows = applied_rows(entries_of(context))
        lost = {revision: row for revision, row in rows.items() if revision not in files}
        if wanted == "current":
            lost = _ancestry(lost, at)
        else:
            lost = {r: row for r, row in lost.items() if r.startswith(wanted)}
        if lost:
            numbers = [row.number for row in lost.values()]
            texts = ledger_of(context).texts(context.connection, numbers)
            found.update({r: (row, texts[row.number]) for r, row in lost.items()})

    migrations.look(look)
    return found


def _ancestry(lost: dict[str, LogEntry], at: Iterable[str]) -> dict[str, LogEntry]:
    found: dict[str, LogEntry] = {}
    ahead = list(at)
    while ahead:
        row = lost.get(ahead.pop())
        if row is not None and row.revision not in found:
            found[row.revision] = row
            ahead += row.down_revisions
    return found


def shown_from_ledger(project: Project, revision: str) -> tuple[RevisionInfo, ...]:
    """Revisions that no file has, as the ledger remembers them."""
    return tuple(_info(entry, text) for entry, text in gone(project, revision).values())


def _info(entry: LogEntry, text: str) -> RevisionInfo:
    title = f"{entry.revision} (no file), {entry.message}"
    return RevisionInfo(
        revision=entry.revision,
        down_revisions=entry.down_revisions,
        depends_on=(),
        branch_labels=(),
        message=entry.message,
        path="",
        is_head=False,
        is_base=not entry.down_revisions,
        is_branch_point=False,
        is_merge_point=len(entry.down_revisions) > 1,
        is_current=False,
        summary=title,
        log_entry=f"Rev: {entry.revision} (no file: this is from the ledger)\n"
        f"Parent: {', '.join(entry.down_revisions) or '<base>'}\n"
        f"Applied: {entry.started:%Y-%m-%d %H:%M:%S} UTC by {entry.os_user} on {entry.host}\n\n"
        f"{text.rstrip()}\n",
    )


@contextmanager
def with_files_from_ledger(project: Project) -> Iterator[tuple[Project, tuple[LogEntry, ...]]]:
    """The project, with the files of the databases' revisions that have none any more.

    They are written into a folder that is gone afterwards.

    :raises RevisionError: the ledger has no text for any of them.
    """
    lost = {r: found for r, found in gone(project, "current").items() if found[1]}
    if not lost:
        raise RevisionError(
            "The ledger has no file for a revision that the database is at.",
            hint="flask db status    says where the database is",
        )
    with TemporaryDirectory(prefix="godwit-ledger-") as folder:
        for number, (_, text) in enumerate(lost.values()):
            # Not named after the revision, which comes out of a table.
            Path(folder, f"from_ledger_{number}.py").write_text(text, encoding="utf-8")
        more = (*project.more_locations, Path(folder))
        yield replace(project, more_locations=more), tuple(row for row, _ in lost.values())


def _beginnings(
    migrations: Migrations, revision: str, at: tuple[str, ...]
) -> tuple[str, ...] | None:
    """How the identifiers begin that are asked for; () for all, None for none."""
    if revision == "current":
        return at or None
    if revision in ("head", "heads"):
        return tuple(migrations.scripts.get_heads()) or None
    return (revision,) if revision else ()
