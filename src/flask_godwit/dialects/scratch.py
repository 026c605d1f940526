"""Databases of a server that are made for a moment, and what may be sent to them."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

PREFIX = "godwit_scratch_"
_OLD_SECONDS = 3600
# What belongs to the whole server, not to one database.
_SERVER_WIDE = re.compile(
    r"\b(?:CREATE|DROP|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:ROLE|USER|GROUP|DATABASE|TABLESPACE)\b"
    r"|\bALTER\s+SYSTEM\b|\bSET\s+(?:GLOBAL|PERSIST)\b|(?:^|;)\s*GRANT\s+(?:(?!\bON\b).)*\bTO\b"
    r"|^\s*(?:USE|ATTACH)\b",
    re.IGNORECASE | re.DOTALL,
)


def reaches_outside(statement: str, neighbours: re.Pattern[str] | None) -> bool:
    """Whether a statement may change more than the database that it is sent to."""
    named = neighbours is not None and neighbours.search(statement)
    return bool(named or _SERVER_WIDE.search(statement))


@contextmanager
def made_for_a_moment(server: Engine, options: str, force: str) -> Iterator[Engine]:
    """An engine for a new database of a server. It is dropped whatever happens.

    :param server: connected to a database of the server that is always there.
    :raises sqlalchemy.exc.DBAPIError: the server refuses.
    """
    name = new_name()
    try:
        _send(server, f"CREATE DATABASE {name}{options}")
        engine = create_engine(server.url.set(database=name), poolclass=NullPool)
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        with suppress(SQLAlchemyError):
            _send(server, f"DROP DATABASE IF EXISTS {name}{force}")


def drop_left_behind(server: Engine, names: Iterable[str]) -> None:
    """Drop the scratch databases of runs that are dead by now."""
    for name in names:
        if is_old(name):
            with suppress(SQLAlchemyError):  # somebody else did, or is connected
                _send(server, f"DROP DATABASE IF EXISTS {name}")


def new_name() -> str:
    """A name that says how old the database is."""
    return f"{PREFIX}{int(time.time()):x}_{secrets.token_hex(4)}"


def is_old(name: str) -> bool:
    """Whether a database is a scratch database that nobody can be using any more."""
    made = re.fullmatch(rf"{PREFIX}([0-9a-f]+)_[0-9a-f]{{8}}", name)
    return made is not None and time.time() - int(made[1], 16) > _OLD_SECONDS


def _send(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.exec_driver_sql(statement)
