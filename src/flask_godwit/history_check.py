"""Revision files that can't be one history: found before Alembic stumbles over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from alembic.script import Script
from alembic.util import to_tuple

from .errors import RevisionError
from .failure import short_path


def one_history(scripts: Iterable[Script]) -> list[Script]:
    """The files, after a look at what they say of themselves; of a copy only one of the two.

    Of two files with one identifier Alembic would run the one that it happens to read
    last, and leave the other out or take it for a head of its own.

    :raises RevisionError: two have the same identifier, or one follows a file that is missing,
        or is called as the place below the first.
    """
    known: dict[str, Script] = {}
    for script in scripts:
        if script.revision == "base":
            raise _named_base(script)
        twin = known.setdefault(script.revision, script)
        if twin is not script and _text(twin) != _text(script):
            raise _twins(twin, script)
    for script in known.values():
        for down in to_tuple(script.down_revision, default=()):
            if down not in known:
                raise _missing(down, f"{short_path(script.path)} follows", "down_revision")
    return list(known.values())


def missing_dependency(revision: str, scripts: Sequence[Script]) -> RevisionError:
    """The error for a revision that another one depends on and that has no file."""
    for script in scripts:
        if revision in to_tuple(script.dependencies, default=()):
            return _missing(revision, f"{short_path(script.path)} depends on", "depends_on")
    return _missing(revision, "another file follows", "down_revision")


def _text(script: Script) -> bytes:
    return Path(script.path).read_bytes()


def _missing(revision: str, needed: str, attribute: str) -> RevisionError:
    return RevisionError(
        f"No file has the revision {revision!r}, which {needed}.",
        hint=f"Bring the file back, or correct `{attribute}` in the one that names it.",
    )


def _named_base(script: Script) -> RevisionError:
    return RevisionError(
        f"{short_path(script.path)} has the revision 'base', which means the place"
        " below the first.",
        hint="Give it another identifier, `revision = …`; in the file that follows it, too.",
    )


def _twins(one: Script, other: Script) -> RevisionError:
    places = sorted(short_path(script.path) for script in (one, other))
    return RevisionError(
        f"Two files have the revision {one.revision!r}: {places[0]} and {places[1]}.",
        hint="Delete one of them, or give one an identifier of its own: `revision = …`",
    )
