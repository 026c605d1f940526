"""Rows without a span of time get one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(*, nullable: bool) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        wait = sa.Column("wait", sa.Interval, nullable=nullable)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), wait)

    return models


def _spans(evolution: Evolution) -> list[dt.timedelta]:
    table = evolution.now.db.metadata.tables["t"]
    with evolution.database.engine() as engine, engine.connect() as connection:
        return list(connection.scalars(sa.select(table.c.wait)))


@pytest.mark.parametrize("text", ["1 day, 0:00:05", "1d 0:00:05.000"])
def test_as_it_is_printed(evolution: Evolution, text: str) -> None:
    """As Python and PostgreSQL print it; databases without such a type have a moment for it."""
    evolution.begin(_models(nullable=True), "INSERT INTO t (id) VALUES (1)")
    evolution.follow(_models(nullable=False), "--fill", f"t.wait={text}")
    assert _spans(evolution) == [dt.timedelta(days=1, seconds=5)]


def test_something_else(local: Evolution) -> None:
    """It is refused in words."""
    local.begin(_models(nullable=True), "INSERT INTO t (id) VALUES (1)")
    answer = local.migrate(_models(nullable=False), "--fill", "t.wait=soon")
    assert answer.exit_code != 0
    assert "'soon' is no value for t.wait, Interval()." in answer.stderr


def test_it_comes_back(evolution: Evolution) -> None:
    """One that is required has a value in the rows that are there."""

    def without(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True))

    before = _models(nullable=False)
    evolution.begin(before)
    evolution.follow(without)
    evolution.now.execute("INSERT INTO t (id) VALUES (1)")
    evolution.back(before)
    with evolution.database.engine() as engine, engine.connect() as connection:
        found = connection.scalar(sa.text("SELECT wait FROM t"))
    assert found is not None
