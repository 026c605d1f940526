"""A session that we have lost and its server has not: it goes on, and keeps its locks.

Nobody will commit what it does in a transaction, so it is ended. A statement outside of one is left
alone, as its work is not for nothing: the journal waits for it, and looks whether it took effect.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import field
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ..frozen import frozen

_END = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = :session AND backend_start < clock_timestamp() - make_interval(secs => :seconds)
      AND usename = current_user AND query !~* 'concurrently'
""")
_UPTIME = text("SHOW GLOBAL STATUS LIKE 'Uptime'")
_QUERY = text("SELECT coalesce(info, '') FROM information_schema.processlist WHERE id = :session")
_DDL = re.compile(r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE|OPTIMIZE)\b", re.IGNORECASE)


@frozen
class LostSession:
    """The number of a session, and since when we know it: it is older than that."""

    session: int
    known_since: float = field(default_factory=time.monotonic)

    def __call__(self, other: Connection) -> bool:
        """End it; whether it is gone."""
        return not self.session or self.ended(other, time.monotonic() - self.known_since)

    def ended(self, other: Connection, seconds: float) -> bool:
        """End it, if it is that old: the number may be another session's by now."""
        raise NotImplementedError


class LostPostgreSQL(LostSession):
    """A process of the server, by its identifier."""

    def ended(self, other: Connection, seconds: float) -> bool:
        found = other.execute(_END, {"session": self.session, "seconds": seconds}).all()
        other.rollback()
        return not found


class LostMySQL(LostSession):
    """A number that a server gives once, until it is started anew."""

    def ended(self, other: Connection, seconds: float) -> bool:
        uptime: Any = other.execute(_UPTIME).one()[1]
        query = other.scalar(_QUERY, {"session": self.session})
        other.rollback()
        if int(uptime) < seconds or query is None or _DDL.match(query):
            return True
        with suppress(DBAPIError):  # it has just ended by itself
            other.exec_driver_sql(f"KILL {self.session}")
        return False
