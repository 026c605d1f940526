"""Foreign keys and others of or to a column that a table gets in the same script, and rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

ROWS = ("INSERT INTO other VALUES (1, 1), (2, 1)", "INSERT INTO t VALUES (1, 1, 1), (2, NULL, 7)")


def _models(target: str, *more: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        ids = [sa.Column(name, sa.Integer) for name in ("id", "part")]
        db.Table("other", *ids, sa.PrimaryKeyConstraint(*ids, name="pk_other"))
        columns = [sa.Column(name, sa.Integer) for name in ("id", "x", "y")]
        columns += [column() for column in more]
        key = sa.PrimaryKeyConstraint("id", *(c.name for c in columns[3:]), name="pk_t")
        to = [f"{target}.id", f"{target}.part"]
        db.Table("t", *columns, key, sa.ForeignKeyConstraint(["x", "y"], to, name="of_t"))

    return models


PART = lambda: sa.Column("part", sa.Integer, nullable=False)  # noqa: E731


def test_they_get_what_is_referred_to(evolution: Evolution) -> None:
    """A value that is typed for the new column is one that rows may refer to."""
    evolution.begin(_models("other"), *ROWS)
    evolution.follow(_models("t", PART), "--fill", "t.part=1")
    evolution.back(_models("other"))
    assert evolution.rows("SELECT * FROM t ORDER BY id") == [(1, 1, 1), (2, None, 7)]


def test_they_get_something_else(evolution: Evolution) -> None:
    """What they would refer to is not there with that value: no script is written."""
    evolution.begin(_models("other"), *ROWS)
    answer = evolution.migrate(_models("t", PART), "--fill", "t.part=2")
    assert answer.exit_code == 1
    assert "1 row of t refers to nothing in t." in answer.stderr


def test_key_of_a_new_column(evolution: Evolution) -> None:
    """The value that rows get refers to nothing, or to something."""
    evolution.begin(_referring(), "INSERT INTO other VALUES (1)", "INSERT INTO t VALUES (1), (2)")
    answer = evolution.migrate(_referring(0), "--fill", "t.x=7")
    assert answer.exit_code == 1
    assert "2 rows of t refer to nothing in other." in answer.stderr
    evolution.follow(_referring(0), "--fill", "t.x=1")
    evolution.back(_referring())


def _referring(*columns: int) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("other", sa.Column("id", sa.Integer, primary_key=True))
        key = [sa.ForeignKey("other.id", name="of_t") for _ in columns]
        new = [sa.Column("x", each, nullable=False, index=True) for each in key]
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *new)

    return models


@pytest.mark.parametrize("is_default", [False, True], ids=["filled", "default"])
def test_unique_new_column(evolution: Evolution, *, is_default: bool) -> None:
    """Rows get the same value, or one of their own."""

    def models(*names: str) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            default = {"server_default": "7"} if is_default else {}
            new = [sa.Column(name, sa.Integer, nullable=False, **default) for name in names]
            uniques = [sa.UniqueConstraint(name, name="of_t") for name in names]
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", key, *new, *uniques)

        return declare

    evolution.begin(models(), "INSERT INTO t VALUES (1), (2)")
    answer = evolution.migrate(models("x"), *([] if is_default else ["--fill", "t.x=7"]))
    assert answer.exit_code == 1
    assert "1 row of t has the same x as another row." in answer.stderr
    if not is_default:
        assert "--fill t.x=sql:EXPRESSION" in answer.stderr
        evolution.follow(models("x"), "--fill", "t.x=sql:id + 1")
        evolution.back(models())


def test_check_of_a_new_column(evolution: Evolution) -> None:
    """The value is looked at, and the columns that are there."""

    def models(*names: str) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            new = [sa.Column(name, sa.Integer, nullable=False) for name in names]
            checks = [sa.CheckConstraint(f"{name} > id", name="of_t") for name in names]
            key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
            db.Table("t", key, *new, *checks)

        return declare

    evolution.begin(models(), "INSERT INTO t VALUES (1), (2)")
    answer = evolution.migrate(models("x"), "--fill", "t.x=2")
    assert answer.exit_code == 1
    assert "1 row of t violates the check of_t." in answer.stderr
    evolution.follow(models("x"), "--fill", "t.x=3")
    evolution.back(models())
