"""Walls around a scratch database: what runs there can't reach anything else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from textwrap import shorten
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from ..errors import NotProvable
from .base import Database
from .scratch import reaches_outside

_EVENT = "before_cursor_execute"


@contextmanager
def untouched(engines: Iterable[Engine]) -> Iterator[None]:
    """Refuse what a revision sends to the application's own databases, as by ``db.session``."""
    mine = threading.get_ident()

    def refuse(*_: Any) -> None:
        if threading.get_ident() == mine:
            raise NotProvable("it uses the application's own database connection (db.session?)")

    with ExitStack() as stack:
        for engine in engines:
            stack.enter_context(_listening(engine, refuse))
        yield


@contextmanager
def kept_inside(engine: Engine, place: Database, real: Engine) -> Iterator[None]:
    """Refuse statements that would change more than the scratch database."""
    neighbours = place.neighbours(real)

    def refuse(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if reaches_outside(statement, neighbours):
            short = shorten(statement, 80, placeholder=" …")
            raise NotProvable(f"it reaches beyond its own database: {short}")

    with _listening(engine, refuse):
        yield


@contextmanager
def _listening(engine: Engine, function: Callable[..., None]) -> Iterator[None]:
    listen(engine, _EVENT, function)
    try:
        yield
    finally:
        remove(engine, _EVENT, function)
