"""Batches grow and shrink, and wait; the clock of these tests is a number."""

from __future__ import annotations

from flask_godwit.operations.pace import Pace, Throttle
from flask_godwit.values import BackfillProgress


def test_batches_come_to_take_half_a_second() -> None:
    """At 10,000 rows a second they have 5,000 rows soon; a slow one shrinks them at once."""
    pace = Pace(0.5)
    for _ in range(6):
        pace.took(pace.size / 10_000)
    assert 4_500 <= pace.size <= 5_000
    assert pace.rest_seconds == 0
    pace.took(5.0)
    assert pace.size < 1_500
    assert pace.rest_seconds == 2, "the server could not keep up"
    pace.took(0.2)
    assert pace.rest_seconds == 0
    for _ in range(20):
        pace.failed()
    assert pace.size == 1


def test_a_server_that_is_far_away() -> None:
    """The way there is no reason for batches of one row."""
    pace = Pace(0.25, overhead_seconds=0.8)
    for _ in range(6):
        pace.took(pace.overhead_seconds + pace.size / 10_000)
    assert 2_000 <= pace.size <= 2_500
    assert pace.rest_seconds == 0


def test_a_fixed_size_stays() -> None:
    """A script that says `batch` gets batches of that size."""
    pace = Pace(0.5, 300, is_fixed=True)
    pace.took(0.01)
    pace.took(5.0)
    pace.failed()
    assert (pace.size, pace.rest_seconds) == (300, 0)


def test_waiting_ends() -> None:
    """As soon as nothing is in the way; else when it took too long, which is told."""
    now, told = [0.0], list[str]()

    def sleep(seconds: float) -> None:
        now[0] += seconds

    reasons = iter(["a replica is 9.0 s behind"] * 3)
    throttle = Throttle((lambda: next(reasons, ""),), 60, lambda: now[0], sleep, told.append)
    throttle.wait(lambda: False)
    assert (now, told) == ([1.5], [])
    endless = Throttle((lambda: "3 sessions are at work",), 60, lambda: now[0], sleep, told.append)
    endless.wait(lambda: False)
    assert now == [61.5]
    assert told == ["a backfill goes on after 60 s although 3 sessions are at work"]
    endless.wait(lambda: True)
    assert now == [61.5]


def test_time_left() -> None:
    """By the rate of this run, without what an earlier one had done."""
    half = BackfillProgress("", "r", "users", 400, 500, 1000, seconds=10, seen_now=100)
    assert (half.rate, half.seconds_left) == (10, 50)
    new = BackfillProgress("", "r", "users", 0, 0, 1000, seconds=0, seen_now=0)
    assert (new.rate, new.seconds_left) == (0, None)
