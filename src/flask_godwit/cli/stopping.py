"""Ctrl-C while revisions run: the first one asks, the second one interrupts.

SIGTERM is what a pod gets some seconds before it is killed: it asks, too.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .console import Console

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Wish:
    """Whether somebody wants a migration to stop, and whether a revision is running at all."""

    def __init__(self) -> None:
        self.running = False
        self.stop = False


@contextmanager
def stoppable(console: Console, wish: Wish) -> Iterator[None]:
    """While this lasts a signal makes a wish; where nothing is lost by it, it interrupts."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may listen to signals
        return

    def asked(number: int, frame: Any) -> None:
        if wish.stop or not wish.running:
            raise KeyboardInterrupt
        wish.stop = True
        console.note("Stopping after this statement. Ctrl-C again stops at once.")

    before = {number: signal.signal(number, asked) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
