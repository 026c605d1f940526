"""MySQL and MariaDB: a DDL statement waits for a metadata lock only briefly, then is tried again.

DDL commits what came before it, so nothing else is held: the unit of retry is the
statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from sqlalchemy import Connection

from ..retry import Limits
from .guard import Guard, OutsideTransaction, Running, Sent

_LOCK_WAIT_TIMEOUT = 1205
_DDL = re.compile(r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE|OPTIMIZE)\b", re.IGNORECASE)
_BLOCKERS = """
    SELECT p.id, p.user, p.host, t.trx_started, left(coalesce(p.info, p.command), 80)
    FROM information_schema.innodb_trx t JOIN information_schema.processlist p
      ON p.id = t.trx_mysql_thread_id
    WHERE p.id <> connection_id() ORDER BY t.trx_started LIMIT 5
"""


class MySQLLimits(Guard):
    """``lock_wait_timeout``, which counts whole seconds."""

    shortest_seconds: ClassVar[int] = 1

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits

    @contextmanager
    def run(self) -> Iterator[None]:
        before = self._scalar("SELECT @@SESSION.lock_wait_timeout")
        self._wait_at_most(max(int(self.limits.lock_seconds), self.shortest_seconds))
        try:
            yield
        finally:
            with suppress(Exception):  # the connection may be lost, and the setting with it
                self._wait_at_most(int(before))

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        seconds = self.limits.of(running.module).lock_seconds
        if seconds == self.limits.lock_seconds:
            return function

        def call(**arguments: Any) -> None:
            self._wait_at_most(max(int(seconds), self.shortest_seconds))
            try:
                function(**arguments)
            finally:
                with suppress(Exception):  # the connection may be lost, and the setting with it
                    self._wait_at_most(max(int(self.limits.lock_seconds), self.shortest_seconds))

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
                if not _is_lock_wait_timeout(error) or attempts.spent:
                    raise
                self._failed_after(self.limits.clock() - began)
                attempts.step_aside(sent.statement, self._blockers)

    def _failed_after(self, seconds: float) -> None:
        """A statement gave way after so many seconds."""

    @property
    def _fairy(self) -> Any:
        return self.connection.connection

    def _wait_at_most(self, seconds: int) -> None:
        self._scalar(f"SET SESSION lock_wait_timeout = {seconds}")

    def _scalar(self, statement: str) -> Any:
        rows = self._rows(statement)
        return rows[0][0] if rows else None

    def _rows(self, statement: str) -> Sequence[Any]:
        cursor = self._fairy.cursor()
        try:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else ()
        finally:
            cursor.close()

    def _blockers(self) -> Sequence[str]:
        with suppress(Exception):  # needs the PROCESS privilege
            return [
                f"session {row[0]}, {row[1]}@{row[2]}, since {row[3]}: {row[4]}"
                f"    (KILL {row[0]} ends it)"
                for row in self._rows(_BLOCKERS)
            ]
        return ()


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
            self._wait_at_most(1)


def _is_lock_wait_timeout(error: Exception) -> bool:
    return bool(error.args) and error.args[0] == _LOCK_WAIT_TIMEOUT
