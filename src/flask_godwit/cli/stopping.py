"""Ctrl-C while revisions run: the first one asks, the second one interrupts.

SIGTERM is what a pod gets some seconds before it is killed: it asks, too.

While a driver waits for its server inside C, Python runs no signal handler, and several signals
become one. So a thread hears them as well, through Python's wakeup file descriptor: it counts,
tells, and has the statement ended by another connection. Where that is of no use, since the
network is silent, a third one ends the process, which is safe at any moment.
"""

from __future__ import annotations

import _thread
import logging
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import Interrupted

if TYPE_CHECKING:
    from .console import Console

STOPPED = 130  # as a shell says it of SIGINT
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_CANCEL_EVERY_SECONDS = 0.5
_TIDYING_SECONDS = 1.0
_BYTE_SECONDS = 0.1
_AGAIN_SECONDS = 0.05
_POOLS = "sqlalchemy.pool"


def tell_stopped(console: Console) -> None:
    """Say that nothing more is done, and who knows what was."""
    console.failure("Stopped.", hint="flask db status    says where things stand")


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
    hook, sys.unraisablehook = sys.unraisablehook, partial(ear.swallowed, sys.unraisablehook)
    descriptor = signal.set_wakeup_fd(ear.writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    except Interrupted:
        raise
    except Exception as error:
        if ear.interrupts:
            raise KeyboardInterrupt from error
        raise
    finally:
        sys.unraisablehook = hook
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
        self.calls = 0
        self.interrupts = False
        """Whether something was cut off: what fails from then on fails because of it."""
        self.hushed: list[logging.Logger] = []
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        self.lock = threading.RLock()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.canceller: threading.Thread | None = None
        self.thread.start()

    def heard(self, _number: int, _frame: Any) -> None:
        """The handler of the signals: runs in the main thread, when that is in Python."""
        self.calls += 1
        self._take()
        # The byte of a signal that another thread was given may come a moment later.
        while self.count < self.calls and select.select([self.reader], [], [], _BYTE_SECONDS)[0]:
            self._take()
        if not self.wish.running or self.count > 1:
            self.interrupts = True
            self._hush_pools()
            raise KeyboardInterrupt

    def swallowed(self, otherwise: Callable[[Any], Any], unraisable: Any) -> None:
        """Python threw an exception away, as it does where objects end: interrupt once more."""
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            otherwise(unraisable)
            return
        again = threading.Timer(_AGAIN_SECONDS, _thread.interrupt_main)
        again.daemon = True
        again.start()

    def _hush_pools(self) -> None:
        """A pool that closes a connection just now would log the interrupt as an error of it."""
        for name, logger in list(logging.root.manager.loggerDict.items()):
            if name.startswith(_POOLS) and isinstance(logger, logging.Logger):
                logger.addFilter(_is_no_interrupt)
                self.hushed.append(logger)

    def close(self) -> None:
        for logger in self.hushed:
            logger.removeFilter(_is_no_interrupt)
        self.over.set()
        self.writer.send(b"\0")
        self.thread.join()
        self.reader.close()
        self.writer.close()

    def _listen(self) -> None:
        while not self.over.is_set():
            select.select([self.reader], [], [])
            self._take()
            if self.count > 1 and self.canceller is None:
                # In a thread of its own: it hangs, too, where the network is silent.
                self.canceller = threading.Thread(target=self._cancel, daemon=True)
                self.canceller.start()
            if self.count > 2:
                self._give_up()

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
            with suppress(RuntimeError):  # the main thread was printing when it heard this
                self.console.note("Stopping after this statement. Ctrl-C again stops at once.")

    def _cancel(self) -> None:
        """End what is under way; again, for it may have been sent in this very moment."""
        while not self.over.wait(_CANCEL_EVERY_SECONDS):
            cancel = self.wish.cancel
            if cancel is not None:
                self.interrupts = True
                with suppress(Exception):  # it has ended by itself
                    cancel()

    def _give_up(self) -> None:
        """End the process, unless it is about to end by itself."""
        if not self.over.wait(_TIDYING_SECONDS):
            tell_stopped(self.console)
            os._exit(STOPPED)


def _is_no_interrupt(record: logging.LogRecord) -> bool:
    return not (record.exc_info and record.exc_info[0] is KeyboardInterrupt)
