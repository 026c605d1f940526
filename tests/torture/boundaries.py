"""What happens to a process when its run comes to a boundary.

Boundaries are the moments before and after each statement, and before each commit.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text


class Boundary:
    """The n-th one, counted from 1, of the process that calls :meth:`watch`."""

    def __init__(self, number: int) -> None:
        self.left = number

    def watch(self) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, self._come)

    @property
    def reached(self) -> bool:
        return self.left <= 0

    def _come(self, connection: Connection, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            self.happen(connection)

    def happen(self, connection: Connection) -> None:
        raise NotImplementedError


class Kill(Boundary):
    """The process is killed."""

    def happen(self, connection: Connection) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Interrupt(Boundary):
    """Somebody types Ctrl-C, so many times."""

    def __init__(self, number: int, times: int) -> None:
        super().__init__(number)
        self.times = times

    def happen(self, connection: Connection) -> None:
        for _ in range(self.times):
            os.kill(os.getpid(), signal.SIGINT)


class Cut(Boundary):
    """An administrator ends the session of this connection."""

    def happen(self, connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        if hasattr(raw, "thread_id"):
            statement = f"KILL {raw.thread_id()}"
        else:
            statement = f"SELECT pg_terminate_backend({raw.info.backend_pid})"
        other = create_engine(connection.engine.url, poolclass=NullPool)
        with other.connect() as killer:
            killer.execute(text(statement))
