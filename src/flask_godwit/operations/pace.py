"""How many rows a batch has, and how long to rest between two. Clock and sleep are passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..frozen import frozen

FIRST_SIZE = 500
_LARGEST_SIZE = 200_000
_MOST_GROWTH = 2.0
_LEAST_GROWTH = 0.25
_LOOK_AGAIN_SECONDS = 0.5
_TOO_SLOW = 3.0
_LONGEST_REST_SECONDS = 2.0

Check = Callable[[], str]
"""What stands in the way of the next batch, in words; "" when nothing does."""


@dataclass
class Pace:
    """The size of batches, so that each takes ``target_seconds``.

    :param size: rows of the first batch.
    :param is_fixed: whether all have that size.
    """

    target_seconds: float
    size: int = FIRST_SIZE
    is_fixed: bool = False
    rest_seconds: float = 0.0
    """How long to leave the server alone: it was much slower than it was before."""

    overhead_seconds: float = 0.0
    """What a batch takes however few rows it has: the way to the server and back."""

    def took(self, seconds: float) -> None:
        """A batch took so long: the next one is larger or smaller."""
        seconds -= self.overhead_seconds
        factor = self.target_seconds / seconds if seconds > 0 else _MOST_GROWTH
        self._scale(min(max(factor, _LEAST_GROWTH), _MOST_GROWTH))
        # Its disk may not keep up with what we write, and everybody's reads queue behind that.
        is_slow = seconds > _TOO_SLOW * self.target_seconds and not self.is_fixed
        self.rest_seconds = min(seconds, _LONGEST_REST_SECONDS) if is_slow else 0.0

    def failed(self) -> None:
        """Others were in the way: the next one holds fewer locks."""
        self._scale(0.5)

    def _scale(self, factor: float) -> None:
        if not self.is_fixed:
            self.size = min(max(int(self.size * factor), 1), _LARGEST_SIZE)


@frozen
class Throttle:
    """Waits before a batch as long as a check says so, but not for ever."""

    checks: tuple[Check, ...]
    max_seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    tell: Callable[[str], None]

    def wait(self, stops: Callable[[], bool]) -> None:
        """Return when nothing is in the way, when it took too long, or when somebody stops us."""
        began = self.clock()
        while reason := self._reason():
            if stops():
                return
            if self.clock() - began >= self.max_seconds:
                self.tell(f"a backfill goes on after {self.max_seconds:g} s although {reason}")
                return
            self.sleep(_LOOK_AGAIN_SECONDS)

    def _reason(self) -> str:
        return next(filter(None, (check() for check in self.checks)), "")
