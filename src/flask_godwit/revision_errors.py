"""Alembic's errors about revisions, made clear: what happened, and what to type next."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from alembic.script import revision as alembic_revision
from alembic.util import CommandError

from .errors import GodwitError, MultipleHeads, RevisionError, UnknownRevision
from .failure import short_path
from .history_check import missing_dependency
from .revision_advice import advice_for
from .revision_files import authored

if TYPE_CHECKING:
    from .scripts import Scripts


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
    return _of_a_file(error) or _other(error)


def broken_script(error: Exception, scripts: Scripts) -> RevisionError | None:
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
    if frames and Path(frames[-1].filename).name == "revision.py":
        if isinstance(error, KeyError):
            return missing_dependency(error.args[0], scripts.found)
        if isinstance(error, AssertionError):
            return _leads_nowhere()
    return _unimportable(error, frames, scripts) or _of_a_file(error)


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


def _of_a_file(error: Exception) -> RevisionError | None:
    """The clear form of what is raised while a file is read, after Python has imported it."""
    file = _file_being_read(error)
    if file is None:
        return None
    if isinstance(error.__cause__ or error, alembic_revision.RevisionError):
        known = _other(error)
        return RevisionError(known.message, hint=known.hint, detail=f"It is in {file}.")
    return RevisionError(
        f"{file} can't be read as a revision: {_why_unreadable(error)}",
        hint="A revision file says `revision = …` and `down_revision = …`, both strings"
        " (or None for the first).\nCorrect the file, or move it out of the folder.",
    )


def _file_being_read(error: Exception) -> str | None:
    for one in (error, error.__cause__):
        for frame, _line in traceback.walk_tb(one.__traceback__ if one else None):
            if frame.f_code.co_name == "_from_path" and "path" in frame.f_locals:
                return short_path(str(frame.f_locals["path"]))
    return None


def _why_unreadable(error: Exception) -> str:
    words = _one_line(error)
    if "Could not determine revision id" in words:
        return "it has no `revision`."
    if isinstance(error, AttributeError):
        return f"it has no `{error.name}`."
    return f"{type(error).__name__}: {words}"


def _leads_nowhere() -> RevisionError:
    return RevisionError(
        "No revision is where the name points to: the name is empty, or it counts further"
        " than the history goes.",
        hint="flask db history    lists the revisions",
    )


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
    advice = advice_for(_one_line(error))
    return RevisionError(advice.message, hint=advice.hint)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
