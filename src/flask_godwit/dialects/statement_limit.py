"""A statement that takes too long is stopped, also where the server has no such limit.

PostgreSQL has ``statement_timeout``. MySQL has none for what changes a table: there a second
connection ends the statement, and on SQLite another thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from ..errors import StatementTimeout
from ..retry import Limits
from .guard import Guard, OutsideTransaction, Running, Sent


class StatementLimit(Guard):
    """Stops each statement of a revision after ``limits.statement_seconds``; 0 never does."""

    def __init__(self, limits: Limits, cancel: Callable[[], None]) -> None:
        self.limits = limits
        self.cancel = cancel
        self.seconds = 0.0

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        def call(**arguments: object) -> None:
            self.seconds = self.limits.of(running.module).statement_seconds
            try:
                function(**arguments)
            finally:
                self.seconds = 0.0

        return call

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        # What is done instead is many statements, and may take any time.
        if not self.seconds or sent.instead is not None:
            return go()
        over = threading.Event()
        timer = threading.Timer(self.seconds, self._stop, [over])
        timer.daemon = True
        timer.start()
        try:
            return go()
        except Exception as error:
            if over.is_set():
                raise too_long(self.seconds, sent.statement) from error
            raise
        finally:
            timer.cancel()
            timer.join()

    def _stop(self, over: threading.Event) -> None:
        over.set()
        with suppress(Exception):  # the statement may have ended in this very moment
            self.cancel()


def too_long(seconds: float, statement: str) -> StatementTimeout:
    """The error for a statement that was stopped."""
    return StatementTimeout(
        f"A statement took longer than {seconds:g} s and was stopped.",
        detail=f"  statement: {' '.join(statement.split())[:500]}",
        hint="flask db upgrade --statement-timeout SECONDS    allows more (0: any time)\n"
        "statement_timeout = SECONDS    in the script does so for this revision alone",
    )
