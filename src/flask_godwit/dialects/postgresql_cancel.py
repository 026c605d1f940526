"""PostgreSQL: how a statement is ended, from another thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from sqlalchemy import Connection, Engine

Cancel = Callable[[], None]


def canceller(connection: Connection, session: int | None) -> Cancel | None:
    """What ends the statement of a connection, if its driver can do that at all.

    libpq asks the server through a connection of its own. Both drivers stop every thread of the
    process meanwhile, which is for ever where the network is silent: we ask in another way first.
    """
    raw = connection.connection.dbapi_connection
    cancel: Cancel | None = getattr(raw, "cancel", None)
    if cancel is None or session is None:
        return cancel
    return partial(_cancel, connection.engine, session, cancel)


def _cancel(engine: Engine, session: int, otherwise: Cancel) -> None:
    with suppress(Exception):  # there is room for no connection more
        if _ask(engine, session):
            return
    otherwise()


def _ask(engine: Engine, session: int) -> bool:
    """Whether the server knows that session and ends its statement; behind a pooler it may not."""
    pool = engine.pool.recreate()
    other = pool.connect()
    try:
        cursor = other.cursor()
        cursor.execute(f"SELECT pg_cancel_backend({session})")
        row = cursor.fetchone()
        return bool(row and row[0])
    finally:
        other.invalidate()
        pool.dispose()
