"""PostgreSQL: a revision waits for a lock only briefly, then is rolled back and tried again.

A lock that is only requested already blocks: behind an ALTER TABLE that waits for one
idle reader, every other reader waits too. So it must not wait long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from ..retry import Limits
from .guard import Guard, OutsideTransaction, Running
from .postgresql_states import gives_way, state_of
from .statement_limit import too_long

_QUERY_CANCELED = "57014"
_BLOCKERS = text("""
    SELECT DISTINCT a.pid, a.usename, coalesce(host(a.client_addr), 'local') AS client,
           to_char(a.xact_start, 'HH24:MI:SS') AS since, left(a.query, 80) AS query
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a USING (pid)
    WHERE l.granted AND c.relkind IN ('r', 'p') AND position(c.relname IN :statement) > 0
      AND a.pid <> pg_backend_pid() AND a.datname = current_database()
    LIMIT 5
""")
# Else the session of a process that was killed holds its locks to its statement's end, and one
# that the network has lost for hours.
_NOTICE_THE_DEAD = {
    "client_connection_check_interval": 2000,
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 60000,
}


class PostgreSQLLimits(Guard):
    """``lock_timeout`` in every transaction; the unit of retry is the revision."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self.connection = connection
        self.limits = limits
        self.committed = False
        self.is_away = False
        self.spans_revisions = False
        self.now = limits
        self.can_check: bool | None = None

    @contextmanager
    def run(self) -> Iterator[None]:
        event.listen(self.connection, "begin", self._limit)
        event.listen(self.connection, "commit", self._remember)
        # A transaction that is open already is one for all revisions: one alone can't be
        # taken back and tried again.
        self.spans_revisions = self.connection.in_transaction()
        if self.spans_revisions:
            self._limit(self.connection)
        try:
            yield
        finally:
            event.remove(self.connection, "begin", self._limit)
            event.remove(self.connection, "commit", self._remember)

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        limits = self.limits.of(running.module)
        if self.spans_revisions:
            return self._limited(function, limits)

        def call(**arguments: Any) -> None:
            attempts = self.limits.attempts()
            self.committed = False
            while True:
                try:
                    return limited(**arguments)
                except DBAPIError as error:
                    if _is_too_long(error):
                        raise too_long(limits.statement_seconds, error.statement or "") from error
                    # What the revision has committed itself may be done twice; what we commit
                    # for it is in the journal.
                    if self.committed or not gives_way(error.orig):
                        raise
                    statement, refused = error.statement or "", error
                if attempts.spent:
                    found: list[str] = []
                    outside(lambda: found.extend(self._blockers(statement)))  # noqa: B023
                    raise attempts.refusal(found) from refused
                outside(lambda: attempts.step_aside(statement, lambda: self._blockers(statement)))  # noqa: B023

        limited = self._limited(function, limits)
        return call

    def _limited(self, function: Callable[..., None], limits: Limits) -> Callable[..., None]:
        """The function with the limits of its revision, where those are its own."""

        def call(**arguments: Any) -> None:
            self.now = limits
            if limits is not self.limits:
                self._limit(self.connection)
            try:
                function(**arguments)
            finally:
                self.now = self.limits

        return call

    def _limit(self, connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            return
        settings = dict(_NOTICE_THE_DEAD) if self._notices_the_dead(connection) else {}
        if self.now.lock_seconds or self.now is not self.limits:
            settings["lock_timeout"] = int(self.now.lock_seconds * 1000)
        if self.now.statement_seconds:
            settings["statement_timeout"] = int(self.now.statement_seconds * 1000)
        # For this transaction, like SET LOCAL; all at once, since the server may be far away.
        calls = [f"set_config('{name}', '{value}', true)" for name, value in settings.items()]
        if calls:
            connection.exec_driver_sql(f"SELECT {', '.join(calls)}")

    def _notices_the_dead(self, connection: Connection) -> bool:
        """Whether the server can see, in the middle of a statement, that its client is gone."""
        if self.can_check is None:
            version = connection.dialect.server_version_info or (0,)
            found = "SELECT position('linux' IN version()) > 0"
            self.can_check = version >= (14,) and bool(connection.exec_driver_sql(found).scalar())
        return self.can_check

    def leaves(self) -> None:
        self.is_away = True

    def returns(self) -> None:
        self.is_away = False

    def _remember(self, _connection: Connection) -> None:
        if not self.is_away:
            self.committed = True

    def _blockers(self, statement: str) -> Sequence[str]:
        rows = self.connection.execute(_BLOCKERS, {"statement": statement}).all()
        self.connection.rollback()
        return [
            f"session {row.pid}, {row.usename}@{row.client}, since {row.since}: {row.query}"
            f"    (SELECT pg_terminate_backend({row.pid}) ends it)"
            for row in rows
        ]


def _is_too_long(error: DBAPIError) -> bool:
    """Whether the server stopped it for its time; a lock that was not free has its own error."""
    return state_of(error.orig) == _QUERY_CANCELED and "statement timeout" in str(error.orig)
