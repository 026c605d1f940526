"""Ctrl-C while revisions run: the first one asks, the second one interrupts.

SIGTERM is what a pod gets some seconds before it is killed: it asks, too.

While a driver waits for its server inside C, Python runs no signal handler, and several signals
become one. So a thread hears them as well, through Python's wakeup file descriptor: it counts,
tells, and has the statement ended by another connection.
"""

from __future__ import annotations

import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .console import Console

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_CANCEL_EVERY_SECONDS = 0.5


class Wish:
    """Whether somebody wants a migration to stop, and whether a revision is running at all."""

    def __init__(self) -> None:
        self.running = False
        self.stop = False
        self.cancel: Callable[[], None] | None = None
        """Ends the statement that is under way, from another thread."""


@contextmanager
def stoppable(console: Console, wish: Wish) -> Iterator[None]:
    """While this lasts a signal makes a wish; where nothing is lost by it, it interrupts."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may listen to signals
        return
    ear = _Ear(console, wish)
    before = {number: signal.signal(number, ear.heard) for number in _SIGNALS}
    descriptor = signal.set_wakeup_fd(ear.writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)
        ear.close()


class _Ear:
    """Counts signals, from the main thread or beside it: whoever hears them first."""

    def __init__(self, console: Console, wish: Wish) -> None:
        self.console = console
        self.wish = wish
        self.count = 0
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        self.lock = threading.RLock()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def heard(self, _number: int, _frame: Any) -> None:
        """The handler of the signals: runs in the main thread, when that is in Python."""
        self._take()
        if not self.wish.running or self.count > 1:
            raise KeyboardInterrupt

    def close(self) -> None:
        self.over.set()
        self.writer.send(b"\0")
        self.thread.join()
        self.reader.close()
        self.writer.close()

    def _listen(self) -> None:
        while not self.over.is_set():
            select.select([self.reader], [], [])
            self._take()
            if self.count > 1 and self.wish.running:
                self._interrupt()

    def _take(self) -> None:
        with self.lock, suppress(BlockingIOError):
            for number in self.reader.recv(64):
                if number in _SIGNALS:
                    self._one()

    def _one(self) -> None:
        self.count += 1
        if not self.wish.running:
            return
        self.wish.stop = True
        if self.count == 1:
            self.console.note("Stopping after this statement. Ctrl-C again stops at once.")

    def _interrupt(self) -> None:
        """End what is under way; again, for it may have been sent in this very moment."""
        while not self.over.wait(_CANCEL_EVERY_SECONDS):
            cancel = self.wish.cancel
            if cancel is not None:
                with suppress(Exception):  # it has ended by itself
                    cancel()
