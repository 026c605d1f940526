"""How long a statement may stand in the way, and how often it is tried again.

Small policies; the clock, the pause and the dice are passed in, so that tests need not wait.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .errors import GodwitError, Interrupted, LockNotFree, SettingsError, held_by
from .frozen import frozen

Tell = Callable[[str, Sequence[str]], None]
"""Told what could not be locked, and who has it: one line for each session."""

LONGER = "flask db upgrade --retry 3600    tries for an hour; who holds it can also be ended"
"""What to type when others are in the way for longer than it was tried."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_GROWTH = 1.6
_TELL_EVERY_SECONDS = 5.0


def _silent(statement: str, blockers: Sequence[str]) -> None:
    return None


@frozen
class Limits:
    """``lock_seconds`` to wait for a lock, tried again for ``retry_seconds`` in all.

    A ``lock_seconds`` of 0 means to wait as long as the server does.
    """

    lock_seconds: float
    retry_seconds: float
    tell: Tell = _silent
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    stops: Callable[[], bool] = lambda: False
    """Whether somebody has asked to stop: then nothing is tried again."""

    sends: Callable[[Callable[[], None] | None], None] = lambda cancel: None
    """Told what ends the statement that is sent now, from another thread; None when it is over."""

    statement_seconds: float = 0.0
    """How long a statement may take; 0 is any time."""

    def of(self, module: object) -> Limits:
        """The limits of one revision: ``lock_timeout`` and ``statement_timeout`` in its script.

        :raises SettingsError: one of them is no number of seconds.
        """
        lock = _seconds_in(module, "lock_timeout", self.lock_seconds)
        statement = _seconds_in(module, "statement_timeout", self.statement_seconds)
        if (lock, statement) == (self.lock_seconds, self.statement_seconds):
            return self
        return replace(self, lock_seconds=lock, statement_seconds=statement)

    def attempts(self) -> Attempts:
        """A fresh budget, for one statement or one revision."""
        return Attempts(self)


def _seconds_in(module: object, name: str, default: float) -> float:
    seconds = getattr(module, name, default)
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds >= 0:
        return seconds
    file = getattr(module, "__file__", "the script")
    raise SettingsError(f"{name} in {file} must be a number of seconds, not {seconds!r}.")


@dataclass
class Attempts:
    """What is left of one budget."""

    limits: Limits
    began: float = field(init=False)
    told: float | None = None
    pause: float = _FIRST_PAUSE_SECONDS

    def __post_init__(self) -> None:
        self.began = self.limits.clock()

    @property
    def spent(self) -> bool:
        """Whether there is no time for another try."""
        is_over = self.limits.clock() - self.began >= self.limits.retry_seconds
        return is_over or self.limits.stops()

    def refusal(self, blockers: Sequence[str], statement: str = "") -> GodwitError:
        """The error for when there is no time left.

        :param statement: what was refused, where no error of SQLAlchemy says it.
        """
        if self.limits.stops():
            return Interrupted("Stopped.")
        lines = [f"  statement: {' '.join(statement.split())[:500]}"] if statement else []
        return LockNotFree(
            f"Others held what it needs for longer than {self.limits.retry_seconds:g} s.",
            detail="\n".join(filter(None, [*lines, held_by(blockers)])),
            hint=LONGER,
        )

    def step_aside(self, statement: str, blockers: Callable[[], Sequence[str]]) -> None:
        """Let the traffic through: pause, longer each time. Tell why, but not each time."""
        now = self.limits.clock()
        if self.told is None or now - self.told >= _TELL_EVERY_SECONDS:
            self.told = now
            self.limits.tell(" ".join(statement.split()), blockers())
        self.limits.sleep(self.pause * random.uniform(0.5, 1.0))
        self.pause = min(self.pause * _GROWTH, _LONGEST_PAUSE_SECONDS)
