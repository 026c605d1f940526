"""What a table as a whole is: STRICT, WITHOUT ROWID, counting by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import RebuildRefused
from .render import strict_type
from .table_text import TableText
from .tokens import quoted

_OPTIONS = {"sqlite_strict": ("STRICT", True), "sqlite_with_rowid": ("WITHOUT ROWID", False)}
"""The option that a keyword of SQLAlchemy's sets, and for which value of it."""

KINDS = (*_OPTIONS, "sqlite_autoincrement")
"""What a batch may be given as ``table_kwargs`` without our having to ask Alembic."""


def as_kind(table: TableText, options: Mapping[str, Any], label: str) -> TableText:
    """The table with other options.

    :param label: what it is called.
    :raises RebuildRefused: it can't be one that counts.
    """
    for keyword, (option, if_true) in _OPTIONS.items():
        if keyword in options:
            table = table.with_option(option, bool(options[keyword]) == if_true)
    for column in table.columns if "STRICT" in table.options else ():
        table = table.with_column(column.with_type(strict_type(column.type)))
    counts = bool(options.get("sqlite_autoincrement", table.has_autoincrement))
    return table if counts == table.has_autoincrement else _counting(table, counts, label)


def _counting(table: TableText, counts: bool, label: str) -> TableText:
    """The table with AUTOINCREMENT or without, as SQLAlchemy writes both."""
    key = next((c for c in table.constraints if c.kind == "primary"), None)
    if key is None or len(key.columns) != 1:
        raise RebuildRefused(
            f"Table {label!r} has no primary key of one column that could count by itself."
        )
    name = table.column(key.columns[0]).name
    table = table.without_constraint(key)
    if counts:
        table = table.with_column(table.column(name).with_clause("PRIMARY KEY AUTOINCREMENT"))
    else:
        table = table.with_added(f"PRIMARY KEY ({quoted(name)})")
    return table.with_key_conflict(key.on_conflict)
