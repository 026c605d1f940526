"""Alembic's errors about revisions, made clear: what happened, and what to type next."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from alembic.script import revision as alembic_revision
from alembic.util import CommandError

from .errors import GodwitError, MultipleHeads, RevisionError, UnknownRevision
from .revision_files import authored


def clear_error(
    error: CommandError | alembic_revision.RevisionError, scripts: ScriptDirectory
) -> GodwitError:
    """The typed form of an error that Alembic raised.

    :param scripts: the folder, whose files are named where they are the cause.
    """
    cause = error.__cause__ if isinstance(error, CommandError) else error
    if isinstance(cause, alembic_revision.ResolutionError) and "Multiple" in str(cause):
        return RevisionError(f"{cause}".rstrip(".") + ".", hint="Type more of the identifier.")
    if isinstance(cause, alembic_revision.MultipleHeads):
        return multiple_heads(scripts, f"{cause.argument!r} could mean any of them.")
    if isinstance(cause, alembic_revision.ResolutionError):
        return unknown_revision(str(cause.argument), str(error))
    if isinstance(cause, alembic_revision.RevisionError):
        return RevisionError(_one_line(error))
    return GodwitError(_one_line(error))


def multiple_heads(scripts: ScriptDirectory, message: str) -> MultipleHeads:
    """The error for a history with several heads: which files, by whom."""
    heads = scripts.get_revisions(scripts.get_heads())
    lines = [f"  {head.revision}  {authored(head)}" for head in heads if head is not None]
    return MultipleHeads(
        f"The history has {len(lines)} heads: {message}",
        detail="\n".join(lines),
        hint="flask db merge heads -m 'merge'   joins them\n"
        "flask db upgrade heads            applies them all as they are",
    )


def unknown_revision(revision: str, message: str) -> UnknownRevision:
    """The error for a revision that no file has."""
    return UnknownRevision(
        f"{message}.".replace("..", "."),
        hint="flask db history    lists the revisions that have a file\n"
        "If the database says so, its file was deleted or is on another git branch: bring the"
        " file back, or\nflask db stamp --purge REVISION    if you are sure where the schema is.",
        detail=f"No file in the migrations folder has the revision {revision!r}.",
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
