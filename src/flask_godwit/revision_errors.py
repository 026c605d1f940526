"""Alembic's errors about revisions, made clear: what happened, and what to type next."""

from __future__ import annotations

import traceback
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.script import revision as alembic_revision
from alembic.util import CommandError

from .errors import GodwitError, MultipleHeads, RevisionError, UnknownRevision
from .failure import short_path
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
    return _other(error)


def broken_script(error: Exception, scripts: ScriptDirectory) -> RevisionError | None:
    """The clear form of what was raised because of a revision file, before it ran.

    :returns: None if no revision file is to blame.
    """
    if isinstance(error, AttributeError) and error.name in ("upgrade", "downgrade"):
        file = short_path(getattr(error.obj, "__file__", "a revision"))
        return RevisionError(
            f"{file} has no {error.name}() function.",
            hint=f"Write one, or stop on this side of it: flask db {error.name} REVISION",
        )
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, KeyError) and frames and frames[-1].filename.endswith("revision.py"):
        return RevisionError(
            f"No file has the revision {error.args[0]!r}, which another file follows.",
            hint="Bring the file back, or correct `down_revision` in the one that follows it.",
        )
    return _unimportable(error, frames, scripts)


def _unimportable(
    error: Exception, frames: traceback.StackSummary, scripts: ScriptDirectory
) -> RevisionError | None:
    """A file of the folder that Python can't import."""
    places = [(frame.filename, frame.lineno) for frame in frames if frame.name == "<module>"]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    folders = {location.resolve() for location in scripts._version_locations}
    for file, line in reversed(places):
        if Path(file).resolve().parent in folders:
            return RevisionError(
                f"{short_path(file)}:{line} can't be imported: {type(error).__name__}: {error}",
                hint="Correct the file. --traceback shows the rest.",
            )
    return None


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
        " file back, or\nflask db downgrade --from-ledger    reverts it as the ledger remembers it"
        "\nflask db stamp --purge REVISION     if you are sure where the schema is",
        detail=f"No file in the migrations folder has the revision {revision!r}.",
    )


def _other(error: Exception) -> RevisionError:
    message = _one_line(error)
    if "Ambiguous walk" in message:
        return RevisionError(
            "Going back from a merge is ambiguous: several branches lead to it.",
            hint="flask db history               shows them\n"
            "flask db downgrade REVISION    goes back to the one you name",
        )
    if "didn't produce" in message:
        return RevisionError(
            f"There are not that many revisions to go: {message}.",
            hint="flask db current    says where the database is",
        )
    if "Multiple version locations" in message:
        return RevisionError(
            "There are several version locations, and no head that says which one is meant.",
            hint="Name one of them: --version-path FOLDER",
        )
    return RevisionError(message)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
