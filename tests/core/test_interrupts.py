"""An interrupt that an error hides is found again, and only that."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import QueuePool, create_engine

from flask_godwit.connect import cut_off
from flask_godwit.errors import Interrupted
from flask_godwit.interrupts import interrupts_shown


def tidy_up_fails() -> None:
    """What happens when an interrupted connection is used once more."""
    try:
        raise KeyboardInterrupt
    finally:
        raise ValueError("invalid transaction")


def wrapped() -> None:
    """Two errors later, and the second one denies where it came from."""
    try:
        tidy_up_fails()
    except ValueError as error:
        raise RuntimeError(str(error)) from None


@pytest.mark.parametrize("fails", [tidy_up_fails, wrapped])
def test_what_came_of_an_interrupt(fails: Callable[[], None]) -> None:
    """The interrupt is raised, and says what hid it."""
    with pytest.raises(KeyboardInterrupt) as raised, interrupts_shown():
        fails()
    assert "invalid transaction" in str(raised.value.__cause__)


def test_an_error_of_its_own() -> None:
    """It stays what it is, also where an interrupt was handled before."""
    with pytest.raises(ValueError, match="of its own"):
        runs_after_an_interrupt()


def runs_after_an_interrupt() -> None:
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        with interrupts_shown():
            int("of its own")


def test_a_stop_that_says_more() -> None:
    """An error that says where things stand is kept."""
    with pytest.raises(Interrupted, match="before r2"), interrupts_shown():
        stops()


def stops() -> None:
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt as interrupt:
        raise Interrupted("Stopped before r2.") from interrupt


class _CutOffAgain(sqlite3.Connection):
    """A connection that is being closed when the second Ctrl-C comes."""

    def close(self) -> None:
        super().close()
        raise KeyboardInterrupt


def test_a_second_one_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """It ends the run as the first one does, and SQLAlchemy logs no error of a connection."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(":memory:", factory=_CutOffAgain),
        poolclass=QueuePool,
    )
    connection = engine.connect()
    with pytest.raises(KeyboardInterrupt), cut_off(connection):
        raise KeyboardInterrupt
    assert connection.invalidated
    del connection
    gc.collect()  # the pool looks at what nobody has given back
    assert caplog.records == []
