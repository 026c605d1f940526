"""What a statement answered: kept, and given again by a statement that is not run.

A session that inserts a row wants its identifier back, also when the row was inserted by the
run before.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..dialects.guard import Sent
from .entries import Answer, encoded

_MOST_ROWS = 10_000


def answer_of(sent: Sent) -> Answer:
    """What the driver has answered, read so that the caller can read it once more."""
    cursor = sent.cursor
    if not cursor.description:
        return Answer(cursor.rowcount, _last_id(cursor))
    columns = tuple(column[0] for column in cursor.description)
    rows = [tuple(row) for row in cursor.fetchall()]
    _give(cursor, columns, rows, sent)
    return Answer(len(rows), _last_id(cursor), columns, _kept(rows))


def give(answer: Answer, sent: Sent) -> None:
    """Answer a statement that is not run."""
    cursor = sent.cursor
    if answer.columns is not None:
        _select(cursor, answer.columns, list(answer.rows), sent)
        return
    # Not every driver lets itself be told: then nobody asks for it either.
    with suppress(AttributeError, TypeError):
        cursor.rowcount = answer.count
    with suppress(AttributeError, TypeError):
        cursor.lastrowid = answer.last_id
    sent.context.get_lastrowid = lambda: answer.last_id


def _last_id(cursor: Any) -> int | None:
    found = getattr(cursor, "lastrowid", None)
    return found if isinstance(found, int) else None


def _kept(rows: list[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    try:
        for row in rows[:_MOST_ROWS]:
            for value in row:
                encoded(value)
    except TypeError:
        return ()
    return tuple(rows[:_MOST_ROWS])


def _give(cursor: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]], sent: Sent) -> None:
    """Put a cursor back before its first row."""
    if hasattr(cursor, "scroll"):
        if rows:
            cursor.scroll(0, mode="absolute")
    else:
        _select(cursor, columns, rows, sent)


def _select(cursor: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]], sent: Sent) -> None:
    """Let the cursor read rows that we have."""
    quote = sent.context.dialect.identifier_preparer.quote_identifier
    mark = "?" if sent.context.dialect.paramstyle == "qmark" else "%s"
    names = ", ".join(f"{mark} AS {quote(column)}" for column in columns)
    if not rows:
        query = f"SELECT {names} FROM (SELECT 1 AS one) AS no_row WHERE 1 = 0"
        cursor.execute(query, (None,) * len(columns))
        return
    query = " UNION ALL ".join([f"SELECT {names}"] * len(rows))
    cursor.execute(query, tuple(value for row in rows for value in row))
