"""Clients that read and write while a migration runs, and how long each of their requests took."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

_REST_SECONDS = 0.01
_REQUESTS = (
    "INSERT INTO entry (account_id, code, qty, note) VALUES (1, :code, 1, 'new')",
    "UPDATE entry SET qty = qty WHERE id = :entry",
    "SELECT id, code, qty FROM entry WHERE id = :entry",
    "UPDATE account SET name = name WHERE id = :account",
)


WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Outcome:
    """An upgrade beside clients: its seconds, their longest request, and their errors."""

    seconds: float
    worst: float
    errors: int


@dataclass
class Traffic:
    """What clients saw: begin and duration of each request in seconds, and their errors."""

    requests: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def worst_since(self, moment: float) -> float:
        """The longest request that ended after a moment of the monotonic clock."""
        return max((took for began, took in self.requests if began + took > moment), default=0.0)


@contextmanager
def clients(engine: Engine, number: int, rows: int, accounts: int) -> Iterator[Traffic]:
    """So many clients, each with a connection of its own, until this ends."""
    seen, over = Traffic(), threading.Event()

    def work(seed: int) -> None:
        dice = random.Random(seed)
        turn = 0
        while not over.is_set():
            turn += 1
            values = {
                "code": f"c{seed}-{turn}",
                "entry": dice.randint(1, rows),
                "account": dice.randint(1, accounts),
            }
            _ask(engine, _REQUESTS[turn % len(_REQUESTS)], values, seen)
            over.wait(_REST_SECONDS)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _ask(engine: Engine, statement: str, values: dict[str, object], seen: Traffic) -> None:
    began = time.monotonic()
    try:
        with engine.begin() as connection:
            connection.execute(text(statement), values)
    except SQLAlchemyError as error:
        seen.errors.append(str(error).split("\n", 1)[0])
    seen.requests.append((began, time.monotonic() - began))


@contextmanager
def idle_reader(engine: Engine, seconds: float) -> Iterator[None]:
    """Somebody who has read both tables, and leaves the transaction open for a while."""
    if not seconds:
        yield
        return
    ready = threading.Event()

    def read(connection: Connection) -> None:
        for table in ("entry", "account"):
            connection.execute(text(f"SELECT 1 FROM {table} WHERE id < 10")).all()
        ready.set()
        time.sleep(seconds)
        connection.rollback()

    with engine.connect() as connection:
        thread = threading.Thread(target=read, args=(connection,))
        thread.start()
        ready.wait()
        try:
            yield
        finally:
            thread.join()
