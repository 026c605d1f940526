"""Values that are not the same after their column's change of type: whoever migrates is told."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql, postgresql

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
_TEXT = sa.String(40)


def _models(kind: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind))

    return models


def _said(evolution: Evolution, old: Any, new: Any, value: str, words: str) -> None:
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    answer = evolution.follow(_models(new))
    place = f"1 value of t.a {words}"
    assert f"# {place}" in evolution.script, evolution.script
    assert place in answer.output
    evolution.back(_models(old))


def _not_said(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value}), (2, NULL)")
    evolution.follow(_models(new))
    assert "#" not in evolution.script.partition("def upgrade")[2]


_SINGLE = sa.Float(24)


@pytest.mark.requires("strict_values")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (_TEXT, _SINGLE, "'1.23456789012'"),
        (sa.Double(), _SINGLE, "1.23456789012"),
        (sa.Integer(), _SINGLE, "16777217"),
        (sa.Numeric(20, 10), _SINGLE, "1234567.1234567"),
        (sa.BigInteger(), sa.Double(), "9007199254740993"),
        (sa.Numeric(30, 10), sa.Double(), "12345678901234.1234567"),
    ],
    ids=str,
)
def test_floating_point(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """Digits that have no room in the new number."""
    _said(evolution, old, new, value, "loses digits")


@pytest.mark.requires("strict_values")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (_TEXT, _SINGLE, "'-1.25'"),
        (sa.Double(), _SINGLE, "0.1"),
        (sa.Integer(), _SINGLE, "0"),
        (sa.Numeric(20, 10), _SINGLE, "9.99"),
        (sa.Numeric(30, 10), sa.Double(), "1234.56"),
        (_SINGLE, sa.Numeric(10, 2), "9.99"),
        (sa.Double(), sa.Numeric(10, 2), "9.99"),
    ],
    ids=str,
)
def test_kept(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """Nothing is said of numbers that are read as they were."""
    _not_said(evolution, old, new, value)


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (mysql.DATETIME(fsp=6), sa.DateTime(), "'2024-01-01 10:00:00.75'"),
        (mysql.DATETIME(fsp=6), mysql.DATETIME(fsp=3), "'2024-01-01 10:00:00.75012'"),
        (mysql.TIME(fsp=6), sa.Time(), "'10:00:00.5'"),
        (_TEXT, sa.DateTime(), "'2024-01-01 10:00:00.75'"),
        (_TEXT, sa.Time(), "'10:00:00.75'"),
    ],
    ids=str,
)
def test_mysql_fractions(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """Fractions of a second that are not kept."""
    _said(evolution, old, new, value, "loses fractions of a second")


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (mysql.DATETIME(fsp=6), sa.DateTime(), "'2024-01-01 10:00:00'"),
        (mysql.DATETIME(fsp=6), mysql.DATETIME(fsp=3), "'2024-01-01 10:00:00.75'"),
        (_TEXT, sa.DateTime(), "'2024-01-01T10:00:00'"),
        (_TEXT, mysql.TIME(fsp=6), "'10:00:00.75'"),
    ],
    ids=str,
)
def test_mysql_no_fractions(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """Where there are none, nothing is said."""
    _not_said(evolution, old, new, value)


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (sa.DateTime(), postgresql.TIMESTAMP(precision=0), "'2024-01-01 10:00:00.75'"),
        (sa.Time(), postgresql.TIME(precision=3), "'10:00:00.7512'"),
        (_TEXT, postgresql.TIME(precision=0), "'10:00:00.75'"),
        (sa.Interval(), postgresql.INTERVAL(precision=0), "'00:00:00.75'"),
    ],
    ids=str,
)
def test_postgresql_fractions(evolution: Evolution, old: Any, new: Any, value: str) -> None:
    """The same where a type has six digits unless it says otherwise."""
    _said(evolution, old, new, value, "loses fractions of a second")


_ZONED = "'2024-01-01 10:00:00+02:00'"
_NAIVE = "'2024-01-01 10:00:00'"


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("new", "value", "words"),
    [
        (sa.DateTime(), _ZONED, "loses its time zone"),
        (sa.DateTime(), "'2024-01-01T10:00:00Z'", "loses its time zone"),
        (sa.DateTime(), "'2024-01-01 10:00 Europe/Berlin'", "loses its time zone"),
        (sa.DateTime(timezone=True), _NAIVE, "names no time zone: it gets that of the session"),
        (sa.Date(), "'02/01/2024'", "may have the day first or the month: DateStyle decides"),
        (sa.Interval(), "'12'", "names no unit: it becomes seconds"),
    ],
    ids=str,
)
def test_postgresql_reads(evolution: Evolution, new: Any, value: str, words: str) -> None:
    """What a text leaves open, the server takes from elsewhere."""
    _said(evolution, _TEXT, new, value, words)


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("new", "value"),
    [
        (sa.DateTime(), _NAIVE),
        (sa.DateTime(), "'2024-01-01 10:00 PM'"),
        (sa.DateTime(timezone=True), _ZONED),
        (sa.Date(), "'2024-01-02'"),
        (sa.Interval(), "'1 day'"),
    ],
    ids=str,
)
def test_postgresql_reads_all(evolution: Evolution, new: Any, value: str) -> None:
    """What says everything itself."""
    _not_said(evolution, _TEXT, new, value)


@pytest.mark.parametrize("old", [sa.Integer(), sa.Numeric(5, 2)], ids=str)
def test_other_truths(evolution: Evolution, old: Any) -> None:
    """Numbers that are neither 0 nor 1 where a boolean is wanted."""
    _said(evolution, old, sa.Boolean(), "2", "is neither 0 nor 1")


_MOMENT = datetime.datetime(2024, 1, 2, 10, 20, 30)


@pytest.mark.parametrize(
    ("new", "value", "becomes"),
    [
        (sa.DateTime(), "2024-01-02T10:20:30", _MOMENT),
        (sa.DateTime(), "2024-01-02 10:20:30.5", _MOMENT.replace(microsecond=500000)),
        (sa.DateTime(), "2024-01-02 10:20", _MOMENT.replace(second=0)),
        (sa.DateTime(), "2024-01-02", datetime.datetime(2024, 1, 2)),
        (sa.DateTime(timezone=True), "2024-01-02T10:20:30Z", _MOMENT),
        (sa.DateTime(), "2024-01-02 10:20:30+02:00", _MOMENT),
        (sa.Time(), "10:20:30", _MOMENT.time()),
        (sa.Time(), "10:20:30.25", _MOMENT.time().replace(microsecond=250000)),
        (sa.Time(), "10:20", datetime.time(10, 20)),
        (sa.Time(), "10:20:30+02:00", _MOMENT.time()),
    ],
    ids=str,
)
def test_sqlite_writes_times(local: Evolution, new: Any, value: str, becomes: Any) -> None:
    """They are kept as SQLAlchemy writes them, so that they can be read and compared."""
    local.begin(_models(sa.Text()), f"INSERT INTO t (id, a) VALUES (1, '{value}'), (2, NULL)")
    local.follow(_models(new))
    with local.now.context(), local.now.db.engine.connect() as connection:
        table = local.now.db.metadata.tables["t"]
        found = connection.execute(sa.select(table.c.a).where(table.c.a == becomes)).all()
        assert found == [(becomes,)]
    assert ("loses its time zone" in local.script) is (value[-1] == "Z" or "+" in value)


def test_sqlite_truths(local: Evolution) -> None:
    """Whatever is not 0 is true, as the application asks for it."""
    local.begin(_models(sa.Integer()), "INSERT INTO t (id, a) VALUES (1, 2), (2, 0), (3, NULL)")
    local.follow(_models(sa.Boolean()))
    assert local.rows("SELECT a FROM t ORDER BY id") == [(1,), (0,), (None,)]
