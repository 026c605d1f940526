"""One statement of a revision in the journal, and what makes two statements the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from ..frozen import frozen

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LONGEST_TEXT = 2000

BEGUN = "begun"
"""It was sent to the server; whether it took effect is not known yet."""
DONE = "done"
"""It took effect."""
FAILED = "failed"
"""The server refused it."""

PIECE = "piece "
"""Begins the ``text`` of a piece of work, before which everything is committed."""

Fingerprint = dict[str, str]
"""The objects that a statement names -> a digest of their definition, "" where there is none."""


@frozen
class Answer:
    """What a statement answered, so that it can be answered again without running it.

    ``columns`` is None when it returned no rows.
    """

    count: int = -1
    last_id: int | None = None
    columns: tuple[str, ...] | None = None
    rows: tuple[tuple[Any, ...], ...] = ()


@frozen
class Entry:
    """A statement that changes something. ``text`` and ``values`` are digests."""

    position: int
    statement: str
    text: str
    values: str
    state: str
    before: Fingerprint = field(default_factory=dict)
    after: Fingerprint = field(default_factory=dict)
    answer: Answer = field(default_factory=Answer)
    session: str = ""
    file: str = ""
    error: str = ""

    @property
    def is_piece(self) -> bool:
        """Whether it is no statement but a piece of work that is done in parts."""
        return self.text.startswith(PIECE)


def shortened(statement: str) -> str:
    """A statement in one line, as a person can read it."""
    words = " ".join(statement.split())
    return words if len(words) <= _LONGEST_TEXT else f"{words[:_LONGEST_TEXT]} …"


def digest(text: str) -> str:
    """A short name for a text: equal for equal texts."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def piece_text(name: str) -> str:
    """The ``text`` of a piece of work that does what ``name`` says."""
    return f"{PIECE}{digest(name)}"[:32]


def digest_of_values(parameters: Any) -> str:
    """A short name for parameters, the same in the next process."""
    return digest(_ADDRESS.sub("", repr(parameters))) if parameters else ""


_READ: dict[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "bytes": bytes.fromhex,
}


def encoded(value: Any) -> Any:
    """A value of a row as JSON can hold it.

    :raises TypeError: JSON can't.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, (datetime, date, time)):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, (UUID, Decimal)):
        return {type(value).__name__.lower(): str(value)}
    raise TypeError(f"{type(value).__name__} is not kept in the journal")


def decoded(value: Any) -> Any:
    """The value that was :func:`encoded`."""
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return _READ[kind](text)
