"""Between SQLAlchemy and the driver: what is sent is recorded, and sent only where it may be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from ..dialects.guard import Sent, intercepted
from ..journal.kinds import Kind, kind_of
from .literals import written_out
from .recorder import Recorder, Sentence

_READS = ("SELECT", "SHOW", "EXPLAIN", "WITH", "VALUES", "PRAGMA", "DESCRIBE", "DESC", "TABLE")


@dataclass(frozen=True)
class Tap:
    """What is done with statements on a connection.

    ``carries_out``: they are sent, since it is a copy. ``schema_rolls_back``: DDL is part of a
    transaction. ``engines`` are what a script might open connections of its own with.
    """

    connection: Connection
    engines: tuple[Engine, ...]
    carries_out: bool
    schema_rolls_back: bool


@contextmanager
def tapped(recorder: Recorder, tap: Tap) -> Iterator[None]:
    """Record what is sent, and let only questions through."""
    thread = threading.get_ident()

    def hear(sent: Sent) -> bool | None:
        if threading.get_ident() != thread or sent.context is None:
            return None
        if _is_question(sent.statement):
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
    return first in _READS and kind_of(statement) is Kind.OTHER


def _sentence(sent: Sent, tap: Tap) -> Sentence:
    text = written_out(sent.statement, sent.parameters, sent.context).strip()
    times = len(sent.parameters) if sent.many else 1
    return Sentence(text, _rolls_back(sent, tap), sent.statement, times)


def _rolls_back(sent: Sent, tap: Tap) -> bool:
    """Whether a rollback would take the statement back."""
    options = sent.connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return False
    return tap.schema_rolls_back or kind_of(sent.statement) is Kind.DATA
