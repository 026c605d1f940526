"""One run of ``op.backfill``: batch after batch, from where it stands to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import literal, select
from sqlalchemy.exc import DBAPIError

from ..errors import BackfillIncomplete, Interrupted
from ..journal.pieces import Key, Piece, Standing
from ..retry import Attempts
from ..surroundings import NewTransaction, Surroundings
from ..values import BackfillProgress
from .batches import Batches
from .pace import FIRST_SIZE, Pace, Throttle
from .statements import mentions

if TYPE_CHECKING:
    from .backfill import BackfillOp

_TELL_EVERY_SECONDS = 5.0
_MOST_PASSES = 5
_MOST_ATTEMPTS = 3
_STATEMENTS = 4
"""Of a batch: its end, its change, what is left of it, its bookmark."""
_LOOKS = 3


class _RowsLeft(Exception):
    """Rows of a batch satisfy the condition still."""

    def __init__(self, keys: list[Key]) -> None:
        super().__init__()
        self.keys = keys


class Backfill:
    """One run of a backfill, from where it stands to its end."""

    def __init__(
        self,
        operation: BackfillOp,
        batches: Batches,
        piece: Piece,
        transaction: NewTransaction,
        around: Surroundings,
    ) -> None:
        self.operation = operation
        self.batches = batches
        self.piece = piece
        self.transaction = transaction
        self.around = around
        self.limits = around.limits
        settings = around.settings
        size = operation.batch or FIRST_SIZE
        seconds = settings.backfill_batch_seconds
        if operation.seconds is not None:
            seconds = min(seconds, operation.seconds)
        self.pace = Pace(seconds, size, operation.batch is not None)
        own = operation.pause
        self.pause = settings.backfill_pause_seconds if own is None else own
        self.checks = operation.check and mentions(batches.where, batches.values)
        self.passes = 1

    def run(self) -> Standing:
        """Change batch after batch.

        :raises Interrupted: somebody asked to stop; it can be gone on with.
        """
        teller = _Teller(self.around, self.operation, self.limits.clock, copies=self.batches.copies)
        throttle = self._throttle()
        with self.transaction():
            standing, total = self.piece.locked(), self.batches.count()
        self.pace.overhead_seconds = self._overhead()
        teller.begins(standing, total)
        while not standing.done:
            throttle.wait(self.limits.stops)
            if self.limits.stops():
                raise Interrupted("Stopped.")
            standing = self._part()
            teller.tell(standing)
            pause = max(self.pause, self.pace.rest_seconds)
            if pause and not standing.done:
                self.limits.sleep(pause)
        return standing

    def _overhead(self) -> float:
        """Seconds that a batch takes without any rows: the way to the server and back."""
        taken = []
        for _ in range(_LOOKS):
            began = self.limits.clock()
            with self.transaction():
                self.piece.locked()
                for _statement in range(_STATEMENTS):
                    self.batches.connection.execute(select(literal(1)))
            taken.append(self.limits.clock() - began)
        return min(taken)

    def _part(self) -> Standing:
        """One batch, tried again while others are in the way."""
        attempts = self.limits.attempts()
        failures = 0
        while True:
            began = self.limits.clock()
            try:
                with self.transaction():
                    standing = self._next(self.piece.locked())
                    self.piece.reached(standing)
            except _RowsLeft as left:
                failures += 1
                # Somebody may have written one in this very moment.
                if failures >= _MOST_ATTEMPTS or not self.around.commits:
                    raise self._incomplete(left.keys) from None
            except DBAPIError as error:
                self._step_aside(error, attempts)
            else:
                self.pace.took(self.limits.clock() - began)
                return standing

    def _step_aside(self, error: DBAPIError, attempts: Attempts) -> None:
        in_the_way = error.orig is not None and self.batches.database.gives_way(error.orig)
        if not (in_the_way and self.around.commits) or attempts.spent:
            raise error
        self.pace.failed()
        attempts.step_aside(error.statement or "", tuple)

    def _next(self, standing: Standing) -> Standing:
        """Change the batch after ``standing``."""
        if standing.done:
            return standing
        if not standing.until:
            until = self.operation.until or self.batches.last_key()
            if not until:
                return replace(standing, done=True)
            standing = replace(standing, until=until)
        if standing.cursor == standing.until:
            return self._end_of_pass(standing)
        end, seen = self.batches.end(standing.cursor, standing.until, self.pace.size)
        rows = self.batches.change(standing.cursor, end)
        if self.checks and (left := self.batches.left(standing.cursor, end)):
            raise _RowsLeft(left)
        return replace(standing, cursor=end, rows=standing.rows + rows, seen=standing.seen + seen)

    def _end_of_pass(self, standing: Standing) -> Standing:
        """The end, unless the application wrote rows meanwhile that must be changed, too."""
        until = self.operation.until or self.batches.last_key()
        left = self.batches.left((), until) if self.checks and until else []
        if not left:
            return replace(standing, done=True)
        self.passes += 1
        if self.passes > _MOST_PASSES:
            raise self._incomplete(left)
        return replace(standing, cursor=(), until=until)

    def _incomplete(self, left: list[Key]) -> BackfillIncomplete:
        keys = ", ".join(", ".join(map(str, key)) for key in left)
        names = ", ".join(column.name for column in self.batches.key)
        return BackfillIncomplete(
            f"Rows of {self.batches.table.fullname} remain that the backfill should have changed:"
            f" its condition finds them also afterwards.",
            detail=f"  {names}: {keys}",
            hint="Give them another value, or stop the application from writing such rows.\n"
            "op.backfill(…, check=False)    if such rows may remain",
        )

    def _throttle(self) -> Throttle:
        settings = self.around.settings
        wanted: list[tuple[object, Callable[[], str]]] = [
            (settings.backfill_max_lag_seconds, self._lag),
            (settings.backfill_max_busy_sessions, self._load),
            (settings.backfill_throttle, self._asked),
        ]
        checks = tuple(check for setting, check in wanted if setting)
        longest, limits = settings.backfill_max_wait_seconds, self.limits
        return Throttle(checks, longest, limits.clock, limits.sleep, self.around.warn)

    def _lag(self) -> str:
        with self.transaction():
            lag = self.batches.database.replica_lag(self.batches.connection)
        is_late = lag > self.around.settings.backfill_max_lag_seconds
        return f"a replica is {lag:.1f} s behind" if is_late else ""

    def _load(self) -> str:
        with self.transaction():
            busy = self.batches.database.busy_sessions(self.batches.connection)
        is_busy = busy > self.around.settings.backfill_max_busy_sessions
        return f"{busy} sessions are at work" if is_busy else ""

    def _asked(self) -> str:
        ask = self.around.settings.backfill_throttle
        return "GODWIT_BACKFILL_THROTTLE says to wait" if ask is not None and ask() else ""


class _Teller:
    """Tells how far it is, but not at each batch."""

    def __init__(
        self,
        around: Surroundings,
        operation: BackfillOp,
        clock: Callable[[], float],
        *,
        copies: bool,
    ) -> None:
        self.around = around
        self.table = operation.table
        self.copies = copies
        self.clock = clock
        self.total = self.seen_before = 0
        self.began = self.told = clock()

    def begins(self, standing: Standing, total: int) -> None:
        """The run begins here."""
        self.total, self.seen_before = total, standing.seen

    def tell(self, standing: Standing) -> None:
        """How far it is now."""
        now = self.clock()
        if not standing.done and now - self.told < _TELL_EVERY_SECONDS:
            return
        self.told = now
        self.around.tell(
            BackfillProgress(
                self.around.bind,
                self.around.revision,
                self.table,
                rows=standing.rows,
                seen=standing.seen,
                total=max(self.total, standing.seen),
                seconds=now - self.began,
                seen_now=standing.seen - self.seen_before,
                done=standing.done,
                copies=self.copies,
            )
        )
