"""What stands on a generated column that becomes a plain one: it is there, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _unique(table: sa.Table) -> None:
    table.append_constraint(sa.UniqueConstraint("g", "a", name="uq_g"))


def _index(table: sa.Table) -> None:
    sa.Index("ix_g", table.c.a, table.c.g)


def _check(table: sa.Table) -> None:
    table.append_constraint(sa.CheckConstraint("g < 100", name="ck_g"))


def _key(table: sa.Table) -> None:
    table.append_constraint(sa.ForeignKeyConstraint(["g"], ["p.id"], name="fk_g"))


def _nothing(table: sa.Table) -> None:
    pass


def _models(stands: Callable[[sa.Table], None], *parts: Any, **options: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("p", sa.Column("id", sa.Integer, primary_key=True))
        key = sa.Column("id", sa.Integer, primary_key=True)
        stands(db.Table("t", key, sa.Column("a", sa.Integer), sa.Column("g", *parts, **options)))

    return models


def _there_and_back(evolution: Evolution, before: Models, after: Models) -> None:
    rows = "INSERT INTO t (id, a) VALUES (1, 2)"
    evolution.begin(before, "INSERT INTO p (id) VALUES (3)", rows)
    evolution.follow(after)
    assert evolution.rows("SELECT g FROM t") == [(3,)]
    evolution.back(before)
    assert evolution.rows("SELECT g FROM t") == [(3,)]


@pytest.mark.parametrize("stands", [_unique, _index, _check, _key])
def test_it_stays(evolution: Evolution, stands: Callable[[sa.Table], None]) -> None:
    """Also where only the way back exchanges the column."""
    before = _models(stands, sa.Integer, sa.Computed("a + 1", persisted=True))
    _there_and_back(evolution, before, _models(stands, sa.Integer))


@pytest.mark.parametrize("stands", [_unique, _index, _check])
def test_it_goes_as_well(evolution: Evolution, stands: Callable[[sa.Table], None]) -> None:
    """It comes back when the column has."""
    before = _models(stands, sa.Integer, sa.Computed("a + 1", persisted=True))
    _there_and_back(evolution, before, _models(_nothing, sa.Integer))


def test_the_column_gets_more_than_that(evolution: Evolution) -> None:
    """Another type, a default, and NOT NULL."""
    before = _models(_unique, sa.Integer, sa.Computed("a + 1", persisted=True))
    plain: dict[str, Any] = {"server_default": "0", "nullable": False}
    _there_and_back(evolution, before, _models(_unique, sa.BigInteger, **plain))


@pytest.mark.parametrize("stands", [_nothing, _index])
@pytest.mark.parametrize(
    "persisted",
    [True, pytest.param(False, marks=pytest.mark.requires("auto_increment"))],
    ids=["stored", "virtual"],
)
def test_required_becomes_generated(
    evolution: Evolution, stands: Callable[[sa.Table], None], *, persisted: bool
) -> None:
    """A column that may not be NULL comes back when the one in its place has gone."""
    before = _models(stands, sa.Integer, nullable=False)
    evolution.begin(before, "INSERT INTO t (id, a, g) VALUES (1, 2, 5)")
    evolution.follow(_models(stands, sa.Integer, sa.Computed("a + 1", persisted=persisted)))
    assert evolution.rows("SELECT g FROM t") == [(3,)]
    evolution.back(before)
    assert evolution.rows("SELECT a FROM t") == [(2,)]


@pytest.mark.parametrize("stands", [_unique, _index, _check, _key])
def test_another_expression(evolution: Evolution, stands: Callable[[sa.Table], None]) -> None:
    """It stands on the column that takes the place of the old one, too."""
    one, other = (
        _models(stands, sa.Integer, sa.Computed(expression, persisted=True))
        for expression in ("a + 1", "a * 1 + 1")
    )
    _there_and_back(evolution, one, other)


@pytest.mark.requires("enum_types")
def test_referred_to(evolution: Evolution) -> None:
    """Keys of other tables, what excludes rows, and a primary key are there again."""

    def models(expression: str, kind: Any) -> Models:
        def made(db: SQLAlchemy) -> None:
            computed = sa.Computed(expression, persisted=True)
            g = sa.Column("g", kind, computed, primary_key=True)
            table = db.Table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer), g)
            table.append_constraint(ExcludeConstraint((g, "="), name="ex_g", using="btree"))
            db.Table("p", sa.Column("id", sa.Integer, sa.ForeignKey("t.g"), primary_key=True))

        return made

    one, other = models("a + 1", sa.Integer), models("a + 2 - 1", sa.BigInteger)
    evolution.begin(one, "INSERT INTO t (id, a) VALUES (1, 2)", "INSERT INTO p (id) VALUES (3)")
    evolution.follow(other)
    evolution.back(one)


@pytest.mark.requires("enum_types")
def test_a_type_that_is_not_converted(evolution: Evolution) -> None:
    """PostgreSQL converts no generated values: the column is made anew."""
    one, other = (
        _models(_unique, kind, sa.Computed("a + 1", persisted=True))
        for kind in (sa.Integer, sa.Text)
    )
    rows = "INSERT INTO t (id, a) VALUES (1, 2)"
    evolution.begin(one, rows)
    evolution.follow(other)
    assert evolution.rows("SELECT g FROM t") == [("3",)]
    evolution.back(one)
    assert evolution.rows("SELECT g FROM t") == [(3,)]
