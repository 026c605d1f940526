"""``with assured("…")``: a person says, with a reason, that a hazard is none here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Assurance:
    """One block. Equal to itself only: two blocks may give the same reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


_open: ContextVar[tuple[Assurance, ...]] = ContextVar("flask_godwit.assured", default=())


@contextmanager
def assured(reason: str) -> Iterator[None]:
    """In a revision: what is done in this block is known to be safe, for this reason.

    ``flask db plan`` and ``flask db lint`` show the reason in the place of what they would warn of.
    When the revision runs, what is in the block runs as it stands, on large tables, too.

    :raises ValueError: no reason was given.
    """
    if not reason.strip():
        raise ValueError("assured() needs a reason.")
    token = _open.set((*_open.get(), Assurance(reason)))
    try:
        yield
    finally:
        _open.reset(token)


def assurances() -> tuple[Assurance, ...]:
    """The blocks that are open."""
    return _open.get()
