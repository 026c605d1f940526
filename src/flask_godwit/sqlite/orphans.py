"""Rows that refer to rows that do not exist."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError

from ..errors import ForeignKeysBroken
from .tokens import quoted

Orphan = tuple[Any, ...]
"""Its table, its number, the table that it refers to, and the number of the key."""


def orphans(read: Callable[[str], Sequence[Any]]) -> set[Orphan]:
    """All of them. A key that refers to columns that are no key counts as one."""
    try:
        return {tuple(row) for row in read("PRAGMA foreign_key_check")}
    except (sqlite3.OperationalError, DBAPIError):
        tables = read("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {orphan for (name,) in tables for orphan in _of_table(read, name)}


def _of_table(read: Callable[[str], Sequence[Any]], table: str) -> set[Orphan]:
    try:
        return {tuple(row) for row in read(f"PRAGMA foreign_key_check({quoted(table)})")}
    except (sqlite3.OperationalError, DBAPIError) as error:
        if "mismatch" not in str(error):
            raise
        return {(table, None, "columns that are no key", None)}


def orphaned(new: Collection[Orphan]) -> ForeignKeysBroken:
    """The refusal of a change that makes some."""
    tables = ", ".join(sorted({f"{child} -> {parent}" for child, _, parent, _ in new}))
    return ForeignKeysBroken(
        f"{len(new)} rows would refer to rows that do not exist ({tables}).",
        hint="Nothing of this revision was kept. Delete or correct those rows in it first.",
    )
