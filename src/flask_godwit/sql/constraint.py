"""A constraint of a table, as it is written in CREATE TABLE and ADD CONSTRAINT."""

from __future__ import annotations

from .action import Action
from .cursor import Cursor

_KINDS = {
    "PRIMARY KEY": "add_primary_key",
    "FOREIGN KEY": "add_foreign_key",
    "UNIQUE INDEX": "add_unique",
    "UNIQUE KEY": "add_unique",
    "UNIQUE": "add_unique",
    "CHECK": "add_check",
    "EXCLUDE": "add_exclude",
    "NOT NULL": "add_not_null",
    "FULLTEXT INDEX": "add_fulltext",
    "FULLTEXT KEY": "add_fulltext",
    "FULLTEXT": "add_fulltext",
    "SPATIAL INDEX": "add_spatial",
    "SPATIAL KEY": "add_spatial",
    "SPATIAL": "add_spatial",
    "INDEX": "create_index",
    "KEY": "create_index",
}


def constraint(table: str, cursor: Cursor) -> Action | None:
    """The constraint or key at a cursor; None where none is written there."""
    start = cursor.at
    name = cursor.text() if cursor.take("CONSTRAINT") and not _begins(cursor) else ""
    phrase = cursor.take_any(*_KINDS)
    if not phrase:
        cursor.at = start
        return None
    kind = _KINDS[phrase]
    traits = {"not valid"} if cursor.has("NOT", "VALID") else set()
    if cursor.has("NOT", "ENFORCED"):
        traits.add("not enforced")
    if cursor.has("USING", "INDEX"):
        traits.add("using index")
    if kind == "add_check":
        return Action(kind, table, name, frozenset(traits), expression=cursor.group())
    if cursor.peek() not in ("(", "USING"):
        name = cursor.text() if kind != "add_not_null" else name
    columns = (cursor.text(),) if kind == "add_not_null" else _columns(cursor)
    referred = (cursor.name(),) if cursor.seek("REFERENCES") else ()
    return Action(kind, table, name, frozenset(traits), columns, referred=referred)


def _begins(cursor: Cursor) -> bool:
    """Whether a constraint without a name begins: ``ADD CONSTRAINT FOREIGN KEY``."""
    at = cursor.at
    found = bool(cursor.take_any(*_KINDS)) and cursor.peek() != ""
    cursor.at = at
    return found


def _columns(cursor: Cursor) -> tuple[str, ...]:
    cursor.until("(")
    return cursor.names()
