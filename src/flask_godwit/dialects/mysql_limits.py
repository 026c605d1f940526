"""MySQL and MariaDB: a statement waits for a lock only briefly, then is tried again.

DDL commits what came before it, so nothing else is held: the unit of retry is the statement. A
change of rows holds what it has changed: the revision is rolled back, and the journal knows what of
it is done already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..retry import Limits
from .guard import Guard, OutsideTransaction, Running, Sent
from .mysql_blockers import blockers

_IN_THE_WAY = (
    1205,  # ER_LOCK_WAIT_TIMEOUT
    1213,  # ER_LOCK_DEADLOCK
)
_DDL = re.compile(r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE|OPTIMIZE)\b", re.IGNORECASE)


class MySQLLimits(Guard):
    """``lock_wait_timeout``, which counts whole seconds."""

    shortest_seconds: ClassVar[int] = 1

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits
        self.spans_revisions = False

    @contextmanager
    def run(self) -> Iterator[None]:
        # A transaction that is open already is one for all revisions: one alone can't be
        # taken back and tried again.
        self.spans_revisions = self.connection.in_transaction()
        before = self._rows(
            "SELECT @@SESSION.lock_wait_timeout, @@SESSION.innodb_lock_wait_timeout"
        )
        self._wait(self.limits.lock_seconds)
        try:
            yield
        finally:
            with suppress(Exception):  # the connection may be lost, and the setting with it
                self._wait_at_most(*(int(seconds) for seconds in before[0]))

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        limited = self._limited(function, self.limits.of(running.module).lock_seconds)
        if self.spans_revisions:
            return limited

        def call(**arguments: Any) -> None:
            attempts = self.limits.attempts()
            while True:
                try:
                    return limited(**arguments)
                except DBAPIError as error:
                    if not gives_way(error.orig):
                        raise
                    if attempts.spent:
                        raise attempts.refusal(self._blockers()) from error
                    statement = error.statement or ""
                outside(lambda: attempts.step_aside(statement, self._blockers))  # noqa: B023

        return call

    def _limited(self, function: Callable[..., None], seconds: float) -> Callable[..., None]:
        """The function with the limit of its revision, where that is its own."""
        if seconds == self.limits.lock_seconds:
            return function

        def call(**arguments: Any) -> None:
            self._wait(seconds)
            try:
                function(**arguments)
            finally:
                with suppress(Exception):  # the connection may be lost, and the setting with it
                    self._wait(self.limits.lock_seconds)

        return call

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        if not _DDL.match(sent.statement):
            return go()
        attempts = self.limits.attempts()
        while True:
            began = self.limits.clock()
            try:
                return go()
            except Exception as error:
                if not gives_way(error):
                    raise
                if attempts.spent:
                    raise attempts.refusal(self._blockers(), sent.statement) from error
                self._failed_after(self.limits.clock() - began)
                attempts.step_aside(sent.statement, self._blockers)

    def _failed_after(self, seconds: float) -> None:
        """A statement gave way after so many seconds."""

    @property
    def _fairy(self) -> Any:
        return self.connection.connection

    def _wait(self, seconds: float) -> None:
        whole = int(seconds)
        self._wait_at_most(max(whole, self.shortest_seconds), max(whole, 1))

    def _wait_at_most(self, tables: int, rows: int) -> None:
        """Set how many seconds a statement waits for the lock of a table, and of a row."""
        self._rows(
            f"SET SESSION lock_wait_timeout = {tables}, SESSION innodb_lock_wait_timeout = {rows}"
        )

    def _rows(self, statement: str) -> Sequence[Any]:
        cursor = self._fairy.cursor()
        try:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else ()
        finally:
            cursor.close()

    def _blockers(self) -> Sequence[str]:
        return blockers(self._rows)


class MariaDBLimits(MySQLLimits):
    """MariaDB can refuse to wait at all, which stalls nobody.

    A statement that worked for a while and then failed was waiting at its end, where a
    rebuilt table takes the old one's place: from then on it may wait, or the work would
    be thrown away again and again.
    """

    shortest_seconds: ClassVar[int] = 0
    _at_its_end_seconds: ClassVar[float] = 0.5

    def _failed_after(self, seconds: float) -> None:
        if seconds > self._at_its_end_seconds:
            self._wait_at_most(1, 1)


def gives_way(error: BaseException | None) -> bool:
    """Whether the driver's error says that a lock was not free, or that two waited in a circle."""
    return error is not None and bool(error.args) and error.args[0] in _IN_THE_WAY
