"""Columns that say when a row was changed: a migration that fills another one changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")

Models = Callable[[SQLAlchemy], None]
NOW = "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"
ROWS = "INSERT INTO t (id, n, changed) VALUES (1, NULL, '2001-02-03 04:05:06')"


def _models(*columns: sa.Column[Any], changed: str = "changed") -> Models:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        kind = sa.TIMESTAMP()
        time = sa.Column(changed, kind, nullable=False, server_default=sa.text(NOW))
        db.Table("t", key, *(column._copy() for column in columns), time)

    return models


def _years(evolution: Evolution, name: str = "changed") -> list[tuple[object, ...]]:
    return evolution.rows(f"SELECT YEAR({name}) FROM t")


def test_fill(evolution: Evolution) -> None:
    """A column that becomes NOT NULL."""
    evolution.begin(_models(sa.Column("n", sa.Integer)), ROWS)
    evolution.follow(_models(sa.Column("n", sa.Integer, nullable=False)), "--fill", "t.n=5")
    assert _years(evolution) == [(2001,)]
    assert evolution.rows("SELECT n FROM t") == [(5,)]


def test_fill_with_rename(evolution: Evolution) -> None:
    """The time has another name from now on."""
    evolution.begin(_models(sa.Column("n", sa.Integer)), ROWS)
    after = _models(sa.Column("n", sa.Integer, nullable=False), changed="touched")
    evolution.follow(after, "--fill", "t.n=5", "--rename", "t.changed:t.touched")
    assert _years(evolution, "touched") == [(2001,)]
    evolution.back(_models(sa.Column("n", sa.Integer)))


def test_time_that_goes(evolution: Evolution) -> None:
    """A time that is dropped in the same script is not named."""

    def after(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("n", sa.Integer, nullable=False))

    before = _models(sa.Column("n", sa.Integer))
    evolution.begin(before, ROWS)
    evolution.follow(after, "--fill", "t.n=5")
    evolution.back(before)


def test_words(evolution: Evolution) -> None:
    """A text that becomes a truth."""
    rows = "INSERT INTO t (id, n, changed) VALUES (1, 'true', '2001-02-03 04:05:06')"
    evolution.begin(_models(sa.Column("n", sa.String(9))), rows)
    evolution.follow(_models(sa.Column("n", sa.Boolean)))
    assert _years(evolution) == [(2001,)]


def test_uuids(evolution: Evolution) -> None:
    """Texts that lose their dashes, and get them again."""
    dashed = "12345678-1234-5678-1234-567812345678"
    before = _models(sa.Column("n", sa.String(36)))
    evolution.begin(before, ROWS, f"INSERT INTO t VALUES (2, '{dashed}', '2001-02-03 04:05:06')")
    evolution.follow(_models(sa.Column("n", sa.Uuid(native_uuid=False))))
    evolution.now.ok("downgrade")
    assert _years(evolution) == [(2001,), (2001,)]
    assert evolution.rows("SELECT n FROM t") == [(None,), (dashed,)]


def test_null_on_update(evolution: Evolution) -> None:
    """A time that is NULL until a row is changed: it comes, and goes."""
    time = sa.Column("n", sa.DateTime, server_default=sa.text("NULL ON UPDATE CURRENT_TIMESTAMP"))
    plain, set_itself = _models(sa.Column("n", sa.DateTime)), _models(time)
    evolution.begin(plain, ROWS)
    evolution.follow(set_itself)
    evolution.now.execute("UPDATE t SET id = 2")
    assert evolution.rows("SELECT n IS NULL FROM t") == [(0,)]
    evolution.follow(plain)
    evolution.back(set_itself)
    assert "ON UPDATE" in str(evolution.rows("SHOW CREATE TABLE t"))


def test_it_goes(evolution: Evolution) -> None:
    """Where only that goes, such as one that somebody made by hand, it is what is said."""

    def after(db: SQLAlchemy) -> None:
        now = sa.text("CURRENT_TIMESTAMP")
        time = sa.Column("changed", sa.TIMESTAMP(), nullable=False, server_default=now)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), time)

    evolution.begin(_models())
    answer = evolution.follow(after)
    assert ", no longer on update current_timestamp" in answer.stdout.lower()
    evolution.back(_models())
