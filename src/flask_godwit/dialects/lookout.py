"""The statement that is under way: how it is ended from another thread, and how far it is.

A driver waits for its server inside C, where Python hears no signal. What takes long is looked
at by a thread through a second connection; what is quick costs nothing but two assignments.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ..frozen import frozen
from ..retry import Limits
from .guard import Guard, Sent
from .observer import Observer, Sight

Cancel = Callable[[], None]
Seen = Callable[[str, float, Sight], None]
"""Told the statement, for how many seconds it has been under way, and what the server says."""

_EVERY_SECONDS = 1.0


@frozen
class Underway:
    """A statement that was sent, and when."""

    statement: str
    began: float


class Lookout(Guard):
    """Stands innermost: what it sees was really sent."""

    def __init__(
        self, limits: Limits, cancel: Cancel | None, observer: Observer, tell: Seen
    ) -> None:
        self.limits = limits
        self.cancel = cancel
        self.observer = observer
        self.tell = tell
        self.underway: Underway | None = None
        self.over = threading.Event()
        self.thread: threading.Thread | None = None

    @contextmanager
    def run(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.over.set()
            if self.thread is not None:
                self.thread.join(timeout=_EVERY_SECONDS)  # a server that is gone answers nobody

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        self._begin(sent.statement)
        try:
            go()
        finally:
            self.underway = None
            self.limits.sends(None)

    def _begin(self, statement: str) -> None:
        self.underway = Underway(statement, time.monotonic())
        self.limits.sends(self.cancel)
        if self.thread is None:
            self.thread = threading.Thread(target=self._watch, daemon=True)
            self.thread.start()

    def _watch(self) -> None:
        try:
            while not self.over.wait(_EVERY_SECONDS):
                self._look(self.underway)
        finally:
            self.observer.close()

    def _look(self, underway: Underway | None) -> None:
        seconds = time.monotonic() - underway.began if underway else 0.0
        if underway is None or seconds < _EVERY_SECONDS:
            return
        sight = Sight()
        with suppress(Exception):  # a view that is missing or not ours to see: time is known
            sight = self.observer.look()
        if self.underway is underway:
            self.tell(" ".join(underway.statement.split()), seconds, sight)
