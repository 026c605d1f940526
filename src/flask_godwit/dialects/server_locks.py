"""The deploy lock of a database server: held by a connection of its own, gone when that dies.

Always by polling the try-form. A waiter that sits inside the blocking call holds a
snapshot, and CREATE INDEX CONCURRENTLY waits for that for ever.
"""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from ..interrupts import failures_ignored
from .deploy_lock import DeployLock


class ServerLock(DeployLock):
    """A lock that belongs to a session of the server."""

    keep_alive: ClassVar[tuple[str, ...]] = ()
    """Statements that keep the server from closing a session that only holds a lock."""
    end: ClassVar[str] = ""
    """The statement that ends a session, by its number."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        # A pool of its own: the application's may have room for one connection only,
        # and that one runs the migration.
        self.pool = engine.pool.recreate()
        self.dialect = engine.dialect
        self.connection: PoolProxiedConnection | None = None

    def acquire(self) -> bool:
        if self.connection is None:
            self._connect()
        return self._try()

    def release(self) -> None:
        if self.connection is not None:
            self.connection.invalidate()  # closing the session is what frees the lock
            self.connection = None
        self.pool.dispose()

    def _connect(self) -> None:
        self.connection = self.pool.connect()
        raw = self.connection.dbapi_connection
        assert raw is not None
        self.dialect.set_isolation_level(raw, "AUTOCOMMIT")
        for statement in self.keep_alive:
            with failures_ignored():  # an older server does not know the setting
                self._execute(statement)

    def holder(self) -> str:
        row = self._its_session()
        return f"{row[0]}@{row[1]}, session {row[2]}, since {row[3]}" if row else ""

    def ending(self) -> str:
        row = self._its_session()
        return self.end.format(row[2]) if row else ""

    def _try(self) -> bool:
        raise NotImplementedError

    def _its_session(self) -> tuple[Any, ...] | None:
        """User, host and number of the session that has the lock, and since when."""
        raise NotImplementedError

    def _row(self, query: str) -> tuple[Any, ...] | None:
        assert self.connection is not None
        cursor = self.connection.cursor()
        try:
            cursor.execute(query)
            return cursor.fetchone()
        finally:
            cursor.close()

    def _execute(self, statement: str) -> None:
        assert self.connection is not None
        cursor = self.connection.cursor()
        try:
            cursor.execute(statement)
        finally:
            cursor.close()


class PostgreSQLLock(ServerLock):
    """``pg_try_advisory_lock``. Such a lock belongs to one database of the server."""

    keep_alive: ClassVar[tuple[str, ...]] = (
        "SET application_name = 'flask db'",
        "SET idle_session_timeout = 0",
        # A holder that the network has lost is noticed after a minute, not after two hours.
        "SET tcp_keepalives_idle = 30",
        "SET tcp_keepalives_interval = 10",
        "SET tcp_keepalives_count = 3",
    )

    end: ClassVar[str] = "SELECT pg_terminate_backend({})"

    @property
    def taking(self) -> str:
        return f"pg_try_advisory_lock({self._key})"

    def _try(self) -> bool:
        row = self._row(f"SELECT {self.taking}")
        return bool(row and row[0])

    def _its_session(self) -> tuple[Any, ...] | None:
        high, low = self._key >> 32, self._key & 0xFFFFFFFF
        return self._row(
            "SELECT a.usename, coalesce(host(a.client_addr), 'local'), a.pid,"
            " to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')"
            " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
            f" AND l.classid = {high} AND l.objid = {low}"
        )

    @property
    def _key(self) -> int:
        """63 bits of the name: a positive bigint."""
        return int.from_bytes(_digest(self.name), "big") >> 1


class MySQLLock(ServerLock):
    """``GET_LOCK``. Such a lock belongs to the whole server, so its name has the database's."""

    keep_alive: ClassVar[tuple[str, ...]] = ("SET SESSION wait_timeout = 31536000",)

    end: ClassVar[str] = "KILL {}"

    @property
    def taking(self) -> str:
        return f"GET_LOCK('{self._key}', 0)"

    def _try(self) -> bool:
        row = self._row(f"SELECT {self.taking}")
        return bool(row and row[0] == 1)

    def _its_session(self) -> tuple[Any, ...] | None:
        return self._row(
            "SELECT user, host, id, now() - INTERVAL time SECOND"
            " FROM information_schema.processlist"
            f" WHERE id = IS_USED_LOCK('{self._key}')"
        )

    @property
    def _key(self) -> str:
        return f"godwit_{_digest(self.name).hex()}"


def _digest(name: str) -> bytes:
    return hashlib.sha256(f"flask-godwit {name}".encode()).digest()[:8]
