"""MySQL and MariaDB: a statement waits for a lock only briefly, then is tried again.

DDL commits what came before it, so nothing else is held: the unit of retry is the statement. A
change of rows holds what it has changed: the revision is rolled back, and the journal knows what of
it is done already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ClassVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..interrupts import failures_ignored
from ..retry import Limits
from .guard import Guard, OutsideTransaction, Running, Sent
from .mysql_blockers import blockers
from .mysql_errors import gives_way

DDL = re.compile(r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE|OPTIMIZE)\b", re.IGNORECASE)

LONG_TRANSACTIONS = """
    SELECT count(*) FROM information_schema.innodb_trx
    WHERE trx_mysql_thread_id <> connection_id() AND trx_started < now() - INTERVAL 1 SECOND
"""


class MySQLLimits(Guard):
    """``lock_wait_timeout``, which counts whole seconds."""

    shortest_seconds: ClassVar[int] = 1

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits
        self.spans_revisions = False
        self.seconds = limits.lock_seconds

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
            with failures_ignored():  # the connection may be lost, and the setting with it
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
                with failures_ignored():  # the connection may be lost, and the setting with it
                    self._wait(self.limits.lock_seconds)

        return call

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        if not DDL.match(sent.statement):
            return go()
        with self._until_it_is_done():
            self._try(sent, go)
        return None

    def _try(self, sent: Sent, go: Callable[[], None]) -> None:
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
            took = self.limits.clock() - began
            attempts.step_aside(sent.statement, self._blockers)
            self._tries_again(took)

    def _until_it_is_done(self) -> AbstractContextManager[None]:
        """Around all tries of one statement."""
        return nullcontext()

    def _tries_again(self, took: float) -> None:
        """A statement that gave way after so many seconds is about to be sent again."""

    @property
    def _fairy(self) -> Any:
        return self.connection.connection

    def _wait(self, seconds: float) -> None:
        self.seconds = seconds
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

    There are two statements that would never come to their turn like that: one on a table that is
    in use at every moment, though by nobody for long, and one that worked for a while and was
    waiting at its end, where a rebuilt table takes the old one's place. These wait a second, but
    not while a transaction that has been open for long may hold the table: behind a statement
    that waits for it everybody else would wait, too.
    """

    shortest_seconds: ClassVar[int] = 0
    _at_its_end_seconds: ClassVar[float] = 0.5
    _until_seen_seconds: ClassVar[float] = 3.0
    """How long it is refused before it waits: who holds the table for long is seen by then."""
    _WITHOUT_RIGHTS: ClassVar[int] = 4
    """Where the other transactions are not ours to see, each n-th try waits."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        super().__init__(connection, limits)
        self.refusals = 0
        self.refused_since = 0.0
        self.is_at_its_end = False

    @contextmanager
    def _until_it_is_done(self) -> Iterator[None]:
        self.refusals, self.is_at_its_end = 0, False
        before = self.seconds
        try:
            yield
        finally:
            if self.refusals:
                with failures_ignored():  # the connection may be lost, and the setting with it
                    self._wait(before)

    def _tries_again(self, took: float) -> None:
        now = self.limits.clock()
        self.refused_since = self.refused_since if self.refusals else now
        self.refusals += 1
        self.is_at_its_end = self.is_at_its_end or took > self._at_its_end_seconds
        is_starved = now - self.refused_since > self._until_seen_seconds
        if self.seconds < 1:
            waits = (self.is_at_its_end or is_starved) and not self._is_held_for_long()
            self._wait_at_most(int(waits), 1)

    def _is_held_for_long(self) -> bool:
        try:
            return bool(self._rows(LONG_TRANSACTIONS)[0][0])
        except Exception:  # needs the PROCESS privilege
            return self.refusals % self._WITHOUT_RIGHTS != 0
