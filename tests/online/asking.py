"""What a test asks a database, and tells it, beside the migration."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from sqlalchemy import Connection, text

from tests.databases import Database


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """The answer to a query."""
    with database.engine() as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def execute(database: Database, statement: str) -> None:
    """Carry out a statement, and commit it."""
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        connection.execute(text(statement))


@contextmanager
def client(database: Database, statement: str) -> Iterator[list[float]]:
    """Somebody who does the same again and again; [the seconds that it took at the slowest].

    Connected before the migration begins: a driver that connects reads the environment, which
    the test changes for the command it runs, and reading it meanwhile crashes the process.
    """
    worst, over = [0.0], threading.Event()

    def work(connection: Connection) -> None:
        while not over.is_set():
            began = monotonic()
            connection.execute(text(statement))
            worst[0] = max(worst[0], monotonic() - began)
            over.wait(0.02)

    with (
        database.engine(isolation_level="AUTOCOMMIT") as engine,
        engine.connect() as connection,
    ):
        thread = threading.Thread(target=work, args=(connection,))
        thread.start()
        try:
            yield worst
        finally:
            over.set()
            thread.join()
