"""Databases that are attached to one of SQLite, each known as a schema.

An application may attach them to whatever connection is made, also to one of ours to a database
in memory: what is tried out there must not reach the application's files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from ..sqlite.tokens import quoted

_OWN = ("main", "temp")


def attached(raw: Any) -> list[str]:
    """Their names.

    :param raw: a connection of the driver.
    """
    return [str(row[1]) for row in raw.execute("PRAGMA database_list") if row[1] not in _OWN]


def schemas_of(connection: Connection) -> list[str | None]:
    """All that there are, None for the main one."""
    found = connection.exec_driver_sql("PRAGMA database_list").all()
    return [None, *(str(row[1]) for row in found if row[1] not in _OWN)]


def set_apart(raw: Any, names: Iterable[str] = ()) -> None:
    """Have empty databases in memory in their place, and some more."""
    there = attached(raw)
    for name in there:
        raw.execute(f"DETACH DATABASE {quoted(name)}")
    for name in dict.fromkeys([*there, *names]):
        if name not in _OWN:
            raw.execute(f"ATTACH DATABASE ':memory:' AS {quoted(name)}")
