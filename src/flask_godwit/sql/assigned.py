"""The one column that an UPDATE changes, with what stands there: ``SET a = x WHERE a IS NULL``."""

from __future__ import annotations

from ..frozen import frozen
from .cursor import Cursor
from .words import words_of

_MORE = ("FROM", "ORDER", "LIMIT", "RETURNING", "JOIN", "SELECT", ";")


@frozen
class Assigned:
    """A value in words of SQL, and the condition of the rows that get it; "": all rows."""

    table: str
    column: str
    value: str
    condition: str


def assigned(sql: str, dialect: str) -> Assigned | None:
    """What a plain UPDATE of one column does; None for any other statement.

    A column that is set to itself, so that the server leaves it alone, does not count.
    """
    words = words_of(sql, dialect)
    if words is None or any(word.plain in _MORE for word in words):
        return None
    cursor = Cursor(sql, words)
    if not cursor.take("UPDATE"):
        return None
    cursor.take("ONLY")
    table = cursor.name()
    if not cursor.take("SET"):
        return None
    said = Cursor(sql, words[cursor.at :])
    said.until("WHERE")
    pairs = [_pair(part) for part in Cursor(sql, words[cursor.at : cursor.at + said.at]).split()]
    changed = [pair for pair in pairs if pair[0] != pair[1].strip('"`')]
    condition = said.until() if said.take("WHERE") else ""
    if len(changed) != 1 or not all(changed[0]):
        return None
    return Assigned(table, *changed[0], condition)


def _pair(part: Cursor) -> tuple[str, str]:
    name = part.text()
    return (name, part.until()) if part.take("=") else ("", "")
