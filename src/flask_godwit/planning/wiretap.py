"""Between SQLAlchemy and the driver: what is sent is recorded, and sent only where it may be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from ..dialects.guard import Sent, intercepted
from ..frozen import frozen
from ..journal.kinds import Kind, kind_of
from ..online.rehearsed import CLAUSES, NO_COPY, SETTING
from ..operations.backfill import IN_BATCHES
from ..sqlite import ASIDE
from .literals import written_out
from .recorder import Recorder, Sentence

_READS = ("SELECT", "SHOW", "EXPLAIN", "WITH", "VALUES", "PRAGMA", "DESCRIBE", "DESC", "TABLE")


@frozen
class Tap:
    """What is done with statements on a connection.

    ``carries_out``: they are sent, since it is a copy. ``schema_rolls_back``: DDL is part of a
    transaction. ``engines`` are what a script might open connections of its own with. ``inline``
    writes values into a statement, as the driver does, "" where it can't say; then every
    repetition is written out.
    """

    connection: Connection
    engines: tuple[Engine, ...]
    carries_out: bool
    schema_rolls_back: bool
    inline: Callable[[Sent, Any], str] | None = None


@contextmanager
def tapped(recorder: Recorder, tap: Tap) -> Iterator[None]:
    """Record what is sent, and let only questions through."""
    thread = threading.get_ident()

    def hear(sent: Sent) -> bool | None:
        if threading.get_ident() != thread or sent.context is None:
            return None
        options = sent.context.execution_options
        if options.get(ASIDE):
            return None
        if _is_question(sent.statement) and not recorder.answers_nobody(sent.statement):
            recorder.read()
            return None
        recorder.sent(_sentence(sent, tap))
        ours = sent.context.root_connection is tap.connection
        return None if ours and tap.carries_out else True

    with intercepted({tap.connection.engine, *tap.engines}, hear):
        yield


def _is_question(statement: str) -> bool:
    words = statement.split(maxsplit=1)
    first = words[0].upper().lstrip("(") if words else ""
    return first in _READS and not _switches(statement) and kind_of(statement) is Kind.OTHER


def _sentence(sent: Sent, tap: Tap) -> Sentence:
    text, *more = (_text(sent, tap, values).strip() for values in _values(sent, tap))
    times = len(sent.parameters) if sent.many else 1
    options = sent.context.execution_options
    is_setting = bool(options.get(SETTING)) or _switches(sent.statement)
    in_batches = bool(options.get(IN_BATCHES))
    rolls_back = _rolls_back(sent, tap) and not in_batches
    return Sentence(
        text,
        rolls_back,
        sent.statement,
        times,
        tuple(more),
        is_setting,
        in_batches,
        options.get(CLAUSES, ()),
        ask_no_copy=options.get(NO_COPY),
    )


def _values(sent: Sent, tap: Tap) -> Sequence[Any]:
    """The parameters of each repetition, or of the first one only."""
    if not sent.many or not sent.parameters:
        return [sent.parameters]
    return sent.parameters if tap.inline else sent.parameters[:1]  # type: ignore[no-any-return]


def _text(sent: Sent, tap: Tap, values: Any) -> str:
    said = tap.inline(sent, values) if tap.inline and values else ""
    return said or written_out(sent.statement, values, sent.context)


def _switches(statement: str) -> bool:
    """Whether it is a pragma of SQLite that is given a value."""
    return statement.lstrip()[:6].upper() == "PRAGMA" and "=" in statement


def _rolls_back(sent: Sent, tap: Tap) -> bool:
    """Whether a rollback would take the statement back."""
    options = sent.connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return False
    return tap.schema_rolls_back or kind_of(sent.statement) is Kind.DATA
