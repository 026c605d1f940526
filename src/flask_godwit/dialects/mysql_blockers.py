"""MySQL and MariaDB: which sessions are in the way, and what would end them."""

from __future__ import annotations

from ..interrupts import failures_ignored
from .observer import Query

_FACTS = """
    SELECT p.id, p.user, p.host, t.trx_started, left({query}, 80)
    FROM information_schema.innodb_trx t JOIN information_schema.processlist p
      ON p.id = t.trx_mysql_thread_id {more}
    WHERE p.id NOT IN ({session}, connection_id()) AND coalesce(p.db, DATABASE()) = DATABASE()
    ORDER BY t.trx_started LIMIT 5
"""
# What an idle session did last is known to the performance schema alone.
_LAST = """
    LEFT JOIN performance_schema.threads h ON h.processlist_id = p.id
    LEFT JOIN performance_schema.events_statements_current e ON e.thread_id = h.thread_id
      AND e.nesting_event_id IS NULL
"""
_KINDS = (
    _FACTS.replace("{query}", "coalesce(p.info, e.sql_text, p.command)").replace("{more}", _LAST),
    _FACTS.replace("{query}", "coalesce(p.info, p.command)").replace("{more}", ""),
)


def blockers(query: Query, session: int | str = "connection_id()") -> tuple[str, ...]:
    """A line for each session with an open transaction that may be in a session's way.

    :param session: which one they are in the way of.
    """
    for kind in _KINDS:
        with failures_ignored():  # the performance schema, or all of it, is not ours to see
            return tuple(
                f"session {row[0]}, {row[1]}@{row[2]}, since {row[3]}: {row[4]}"
                f"    (KILL {row[0]} ends it)"
                for row in query(kind.format(session=session))
            )
    return ("a session that only somebody with the PROCESS privilege can see",)
