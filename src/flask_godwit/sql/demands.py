"""What MySQL's statements demand of the server: the algorithm, and whom it lets go on."""

from __future__ import annotations

from .cursor import Cursor

_DEMANDS = ("ALGORITHM", "LOCK")


def demands(cursor: Cursor) -> frozenset[str]:
    """The demands at the end of ``CREATE INDEX`` and ``DROP INDEX``: ``lock shared``."""
    found = set()
    for word in _DEMANDS:
        rest = Cursor(cursor.sql, cursor.words[cursor.at :])
        if rest.seek(word):
            rest.take("=")
            found.add(f"{word} {rest.peek()}".lower())
    return frozenset(found)
