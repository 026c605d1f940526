"""Columns that a database sets when a row is written: an UPDATE of a migration says them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect

from .names import Key, quoted
from .rows import Rows

_SETS_ITSELF = " ON UPDATE "


def untouched(dialect: Dialect, rows: Rows, models: Callable[[Key, str], Any], key: Key) -> str:
    """What an UPDATE has to set besides, to keep the times at which rows were changed.

    They are columns of the database at hand that the models still have: those are there whenever
    a statement is executed, by their new names.
    """
    if not rows.exists(key):
        return ""
    schema, name = rows.renames.old_key(key)
    found = rows.inspector.get_columns(name, schema=schema)
    own = [item["name"] for item in found if _SETS_ITSELF in str(item["default"]).upper()]
    names = [rows.renames.new_column(key, each) for each in own]
    kept = [quoted(dialect, each) for each in names if models(key, each) is not None]
    return "".join(f", {column} = {column}" for column in kept)
