"""What SQLAlchemy leaves out of what it reads of a table, added by whoever knows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection

Found = list[dict[str, Any]]
"""Columns or constraints, as SQLAlchemy's reflection has them."""

Complete = Callable[[Connection, str, str | None, Found, dict[str, Any]], None]
"""Given a connection, table, schema, what was found, and the options of the question. Changes it
in place.
"""


def complete_foreign_keys(
    dialect: Any,
    complete: Complete,
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Have all foreign keys that a dialect reflects completed from now on.

    :param around: what SQLAlchemy's own reading is done in.
    """
    _complete_all(dialect, "get_foreign_keys", complete, around)


def complete_unique_constraints(dialect: Any, complete: Complete) -> None:
    """The same of unique constraints."""
    _complete_all(dialect, "get_unique_constraints", complete)


def complete_indexes(
    dialect: Any,
    complete: Complete,
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """The same of indexes."""
    _complete_all(dialect, "get_indexes", complete, around)


def complete_columns(dialect: Any, complete: Complete) -> None:
    """The same of columns."""
    _complete_all(dialect, "get_columns", complete)


def _complete_all(
    dialect: Any,
    question: str,
    complete: Complete,
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    mark = f"_godwit_completes_{question}"
    if hasattr(dialect, mark):
        return
    read = getattr(dialect, question)

    def answer(
        connection: Connection, table_name: str, schema: str | None = None, **options: Any
    ) -> Found:
        with around():
            found: Found = read(connection, table_name, schema, **options)
        complete(connection, table_name, schema, found, options)
        return found

    setattr(dialect, mark, True)
    setattr(dialect, question, answer)
