"""A message for a revision that was given none: what it changes, short enough for a file name."""

from __future__ import annotations

from collections.abc import Sequence

from ..values import Change

_VERBS = {"+": "add", "-": "drop", "~": "change"}
_MOST_NAMED = 3


def message_for(changes: Sequence[Change]) -> str:
    """A few words such as "add table user, change user.email"; "" without changes.

    What comes with a table (its indexes and keys) is not said again.
    """
    told = _essential(changes)
    phrases = list(dict.fromkeys(_phrase(change) for change in told))
    if len(phrases) <= _MOST_NAMED:
        return ", ".join(phrases)
    return f"{', '.join(phrases[: _MOST_NAMED - 1])} and {len(phrases) - _MOST_NAMED + 1} more"


def _essential(changes: Sequence[Change]) -> Sequence[Change]:
    tables = [change for change in changes if change.text.startswith("table ")]
    named = {change.text.partition(" ")[2] for change in tables}
    rest = [
        change
        for change in changes
        if change not in tables and not any(f" on {name} " in f"{change.text} " for name in named)
    ]
    return [*tables, *rest]


def _phrase(change: Change) -> str:
    """The change without its details: "+ column user.age: Integer()" -> "add column user.age"."""
    text = change.text.partition(":")[0]
    for kind in ("unique index ", "index ", "unique constraint ", "check "):
        if text.startswith(kind):
            text = text.partition(" (")[0]
    return f"{_VERBS[change.sign]} {text}"
