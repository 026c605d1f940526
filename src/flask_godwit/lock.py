"""One at a time: whoever comes second waits, then finds nothing to do.

The lock is per database and version table. It is taken by polling, with the moment
and the pause passed in, so that tests need not sleep.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from .connect import connected
from .dialects import dialect_for
from .errors import Interrupted, LockTimeout
from .frozen import frozen
from .interrupts import failures_ignored

if TYPE_CHECKING:
    from .dialects.deploy_lock import DeployLock
    from .values import Target

_SHORTEST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_TELL_EVERY_SECONDS = 15.0


@frozen
class Patience:
    """How long to wait for another migration, and whom to tell.

    ``tell(bind, holder)`` is called when the waiting begins and every 15 seconds; ``holder``
    is "" when the database does not say who it is.
    """

    seconds: float
    tell: Callable[[str, str], None] = lambda bind, holder: None
    where: Callable[[str], str] = lambda bind: ""
    """In words, how far the other migration is in the database of a bind."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    stops: Callable[[], bool] = lambda: False
    """Whether somebody has asked to stop."""
    what: str = "migration"
    """What it is that others wait for, in words."""
    is_done: Callable[[], bool] = lambda: False
    """Whether nothing is left to do, as the other one has done it."""


class DeployLocks:
    """The locks of the databases that a command works on; released at the end.

    :param version_table: part of the locks' names, so that two applications in one database
        don't wait for each other.
    :param patience: None takes no locks.
    """

    def __init__(
        self, targets: tuple[Target, ...], version_table: str, patience: Patience | None
    ) -> None:
        self.targets = targets
        self.version_table = version_table
        self.patience = patience
        self.held = patience is None
        self._locks = ExitStack()

    def __enter__(self) -> DeployLocks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with failures_ignored():  # a lost connection has freed its lock
            self._locks.close()

    def acquire(self, wait: float = 0.0) -> bool:
        """Take the lock of every database, in one order for everybody.

        None is held afterwards where, while we waited, all was done that we were to do.

        :param wait: seconds to wait for a server that is still starting.
        :returns: whether nobody else had any.
        :raises LockTimeout: another migration holds one for longer than our patience.
        """
        if self.held or self.patience is None:
            return True
        patience, waited = self.patience, False

        def waits(lock: DeployLock, bind: str) -> bool:
            nonlocal waited
            waited = True
            return wait_for(lock, bind, patience)

        return self._take(wait, waits) and not waited

    def acquire_if_free(self, wait: float = 0.0) -> bool:
        """Take the lock of every database unless another migration has one; whether they are ours.

        :param wait: seconds to wait for a server that is still starting.
        """
        return self.held or self._take(wait, lambda lock, bind: False)

    def take_again(self) -> None:
        """Take the locks anew, after the server may have forgotten them.

        :raises LockTimeout: another migration was faster, and holds one for too long.
        """
        with failures_ignored():  # what held them is lost
            self._locks.close()
        self.held = self.patience is None
        self.acquire()

    def _take(self, wait: float, waits: Callable[[DeployLock, str], bool]) -> bool:
        for target in _one_for_each_database(self.targets):
            lock = self._lock_of(target, wait)
            if lock is None:
                continue
            self._locks.callback(lock.release)
            if not (lock.acquire() or waits(lock, target.bind)):
                self._locks.close()
                return False
        self.held = True
        return True

    def _lock_of(self, target: Target, wait: float) -> DeployLock | None:
        with connected(target.engine, wait) as connection:
            database = dialect_for(target.engine.url, connection.dialect)
        return database.deploy_lock(target.engine, name_of_lock(target.engine, self.version_table))


def name_of_lock(engine: Engine, version_table: str) -> str:
    """How the lock of a database is called."""
    return f"{engine.url.database} {version_table}"


def _one_for_each_database(targets: tuple[Target, ...]) -> list[Target]:
    """One of the binds that are the same database, which would wait for each other."""
    by_database = {dialect_for(target.engine.url).identity: target for target in reversed(targets)}
    return sorted(by_database.values(), key=lambda target: target.bind)


def wait_for(lock: DeployLock, bind: str, patience: Patience) -> bool:
    """Take a lock as soon as it is free, unless nothing is left to do; whether it is ours.

    Many who wait for one must not take turns to find that out.

    :raises LockTimeout: it is not free in time.
    :raises Interrupted: somebody asked to stop.
    """
    began = told = patience.clock()
    pause = _SHORTEST_PAUSE_SECONDS
    waiting = False
    while not lock.acquire():
        if patience.stops():
            raise Interrupted("Stopped.")
        if waiting and patience.is_done():
            return False
        now = patience.clock()
        if now - began >= patience.seconds:
            raise _timeout(lock, bind, patience)
        if not waiting or now - told >= _TELL_EVERY_SECONDS:
            waiting, told = True, now
            patience.tell(bind, _who(lock, bind, patience))
        patience.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
    return True


def _who(lock: DeployLock, bind: str, patience: Patience) -> str:
    return ", ".join(filter(None, (lock.holder(), patience.where(bind))))


def _timeout(lock: DeployLock, bind: str, patience: Patience) -> LockTimeout:
    where = f" on bind {bind}" if bind else ""
    holder = _who(lock, bind, patience) or "somebody"
    command = f"flask db {'backfill' if patience.what == 'backfill' else 'upgrade'}"
    hint = f"{command} --lock-wait 3600    waits longer\n"
    hint += f"{command} --no-lock           goes on without a lock: only if nobody else migrates"
    if ending := lock.ending():
        hint += f"\n{ending}    ends that session: only if its process or its network is gone"
    return LockTimeout(
        f"Another {patience.what} is running{where} ({holder}); waited {patience.seconds:g} s.",
        hint=hint,
    )
