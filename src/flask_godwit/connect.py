"""Opening a connection: waiting for a server that is still starting, errors made clear."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .dialects import dialect_for
from .dialects.base import Database, Trouble
from .errors import CannotConnect, DatabaseError, DatabaseMissing
from .interrupts import failures_ignored, interrupts_shown

_PAUSE_SECONDS = 0.25


@contextmanager
def connected(engine: Engine, wait: float = 0.0) -> Iterator[Connection]:
    """A connection to the engine's database, closed at the end.

    :param wait: seconds to go on trying while the server does not answer.
    :raises DatabaseMissing: the database does not exist.
    :raises CannotConnect: the server does not answer or refuses.
    """
    connection = _open(engine, wait)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def cut_off(connection: Connection | None) -> Iterator[None]:
    """Use a connection no more that an interrupt has left in the middle of something.

    SQLAlchemy does so with what it sends itself; we send some things past it.
    """
    try:
        with interrupts_shown():
            yield
    except KeyboardInterrupt:
        if connection is not None and not (connection.closed or connection.invalidated):
            with failures_ignored():
                _drop(connection)
        raise


def _drop(connection: Connection) -> None:
    """Close what is under a connection without its pool.

    Another Ctrl-C in here goes on as it is: the pool would log it as an error of the
    connection, and once more when it finds the closed one.
    """
    driver_connection = connection.connection.dbapi_connection
    connection.detach()
    connection.invalidate()
    if driver_connection is not None:
        connection.dialect.do_terminate(driver_connection)


def _open(
    engine: Engine,
    wait: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Connection:
    database = dialect_for(engine.url)
    deadline = clock() + wait
    while True:
        try:
            return engine.connect()
        except DBAPIError as error:
            if not _may_come(database, error) or clock() >= deadline:
                raise explain(database, error) from error
            sleep(_PAUSE_SECONDS)


def answers(engine: Engine) -> bool:
    """Whether the server answers now, asked through a fresh connection.

    :raises DatabaseError: it does, and refuses.
    """
    engine.dispose()
    try:
        engine.connect().close()
    except DBAPIError as error:
        database = dialect_for(engine.url)
        if _may_come(database, error):
            return False
        raise explain(database, error) from error
    return True


def _may_come(database: Database, error: DBAPIError) -> bool:
    """Whether the server may answer in a moment.

    In a composition of containers a name is known only when its container has started.
    """
    return database.trouble(_driver_error(error)) in (Trouble.STARTING, Trouble.NO_HOST)


def explain(database: Database, error: DBAPIError) -> DatabaseError:
    """The clear form of an error that was met while connecting."""
    reason = str(_driver_error(error)).strip()
    trouble = database.trouble(_driver_error(error))
    name, url = database.name, database.display_url
    if trouble is Trouble.MISSING:
        return DatabaseMissing(
            f"The {name} database {database.url.database!r} does not exist yet ({url}).",
            hint="flask db create",
            detail=reason,
        )
    if trouble is Trouble.STARTING:
        return CannotConnect(
            f"No {name} server answers at {url}.",
            hint="flask db status --wait 30    waits for one that is starting",
            detail=reason,
        )
    if trouble is Trouble.NO_HOST:
        return CannotConnect(
            f"There is no host {database.url.host!r} ({url}).",
            hint="Check the host's name in SQLALCHEMY_DATABASE_URI.\n"
            "flask db status --wait 30    waits for one that is starting",
            detail=reason,
        )
    if trouble is Trouble.DENIED:
        return CannotConnect(
            f"{name} refuses the connection to {url}.",
            hint=database.denied_hint,
            detail=reason,
        )
    if trouble is Trouble.DAMAGED:
        return CannotConnect(
            f"There is no {name} database at {url}, or it is damaged.",
            hint="Another file, one that is encrypted? Check SQLALCHEMY_DATABASE_URI."
            "\nOne that is damaged must be replaced by a backup.",
            detail=reason,
        )
    return CannotConnect(f"Can't connect to {url}.", detail=reason)


def is_connection_trouble(database: Database, error: DBAPIError) -> bool:
    """Whether the error says that the database can't be reached at all."""
    return database.trouble(_driver_error(error)) is not Trouble.OTHER


def is_damaged(database: Database, error: DBAPIError) -> bool:
    """Whether what was found is no database: some say so only to the first question."""
    return database.trouble(_driver_error(error)) is Trouble.DAMAGED


def _driver_error(error: DBAPIError) -> BaseException:
    return error.orig if error.orig is not None else error
