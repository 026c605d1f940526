"""How tables and columns are named in options and messages: ``users``, ``users.fullname``."""

from __future__ import annotations

from collections.abc import Collection

from ..dialects.written import quoted as quoted

Key = tuple[str | None, str]
"""A table: its schema (None is the default one) and its name."""


def said(key: Key, column: str | None = None) -> str:
    """``users``, ``billing.invoices``, ``users.fullname``."""
    return ".".join(part for part in (*key, column) if part)


def find_table(text: str, tables: Collection[Key]) -> Key | None:
    """The table that a person means by ``text``; None when there is no such table."""
    return next((key for key in tables if said(key) == text), None)


def split_column(text: str, tables: Collection[Key]) -> tuple[Key, str] | None:
    """The table and the column that ``users.fullname`` means; names may have dots in them."""
    for key in tables:
        table, column = text[: len(said(key)) + 1], text[len(said(key)) + 1 :]
        if column and table == f"{said(key)}.":
            return key, column
    return None
