"""Values that SQLite would keep as they are, in a column whose type can't read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5)


def _models(kind: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("u", kind))

    return models


def _begin(local: Evolution, kind: Any, value: Any) -> None:
    local.begin(_models(kind))
    made = local.now.db.metadata.tables["t"]
    with local.database.engine() as engine, engine.begin() as connection:
        connection.execute(made.insert(), {"u": value})


@pytest.mark.parametrize(
    ("before", "value"),
    [
        (sa.Integer(), 1),
        (sa.Numeric(10, 2), Decimal("1.50")),
        (sa.Float(), 1.5),
        (sa.Date(), MOMENT.date()),
        (sa.DateTime(), MOMENT),
        (sa.Time(), MOMENT.time()),
        (sa.JSON(), {"a": [1]}),
        (sa.Boolean(), True),
    ],
    ids=str,
)
def test_bytes_and_back(local: Evolution, before: Any, value: Any) -> None:
    """What was written down as bytes is what it was, when it comes back."""
    _begin(local, before, value)
    start = local.rows("SELECT u, typeof(u) FROM t")
    local.follow(_models(sa.LargeBinary()))
    assert local.rows("SELECT typeof(u) FROM t") == [("blob",)]
    local.back(_models(before))
    assert local.rows("SELECT u, typeof(u) FROM t") == start


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (sa.Date(), MOMENT.date(), sa.Time()),
        (sa.Time(), MOMENT.time(), sa.Date()),
        (sa.Time(), MOMENT.time(), sa.DateTime()),
        (sa.JSON(), {"a": 1}, sa.Date()),
        (sa.JSON(), {"a": 1}, sa.Time()),
        (sa.LargeBinary(), b"2020-01-02", sa.DateTime()),
        (sa.LargeBinary(), b"2020-01-02", sa.Date()),
        (sa.DateTime(), MOMENT, sa.JSON()),
        (sa.Date(), MOMENT.date(), sa.JSON()),
    ],
    ids=str,
)
def test_what_can_not_be_read(local: Evolution, before: Any, value: Any, after: Any) -> None:
    """As on other databases, it is refused; without rows it is not."""
    _begin(local, before, value)
    answer = local.migrate(_models(after))
    assert answer.exit_code != 0
    assert "1 row of t would not fit" in answer.stderr
    local.now.execute("UPDATE t SET u = NULL")
    local.follow(_models(after))


@pytest.mark.parametrize("after", [sa.Date(), sa.Time()], ids=str)
def test_a_part_of_a_moment(local: Evolution, after: Any) -> None:
    """A moment has a day, and a time of day."""
    _begin(local, sa.DateTime(), MOMENT)
    local.follow(_models(after))
    read = sa.select(local.now.db.metadata.tables["t"].c.u)
    with local.database.engine() as engine, engine.connect() as connection:
        assert connection.scalar(read) in (MOMENT.date(), MOMENT.time())
