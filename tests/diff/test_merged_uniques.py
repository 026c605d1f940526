"""A unique constraint that PostgreSQL makes one with another one of the same columns."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")
Models = Callable[[SQLAlchemy], None]
_PROVED = "Proved: upgrade, downgrade, no further changes"


def _models(*, unique: bool, more: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True, unique=unique)
        name = sa.Column("name", sa.String(9), unique=unique)
        named = [sa.UniqueConstraint("name", name="uq_name")] if unique else []
        born = [sa.Column("born", sa.Date)] if more else []
        db.Table("folk", key, name, *named, *born)

    return declare


def _nothing(db: SQLAlchemy) -> None:
    db.Table("other", sa.Column("id", sa.Integer, primary_key=True))


def test_of_a_new_table(evolution: Evolution) -> None:
    """A key that is called unique is one key, and no change is left."""

    def both(db: SQLAlchemy) -> None:
        _nothing(db)
        _models(unique=True)(db)

    evolution.begin(_nothing)
    assert _PROVED in evolution.follow(both).stdout
    evolution.back(_nothing)


def test_of_a_table_that_stays(evolution: Evolution) -> None:
    """It is not added later either, since no new database would have it."""
    evolution.begin(_models(unique=False))
    assert _PROVED in evolution.follow(_models(unique=True, more=True)).stdout
    assert '["id"]' not in evolution.script
    evolution.back(_models(unique=False))


def test_that_says_more(evolution: Evolution) -> None:
    """One that is checked later is another one, and there beside the key."""

    def later(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("other", key, sa.UniqueConstraint("id", name="uq_id", deferrable=True))

    evolution.begin(_nothing)
    evolution.follow(later)
    evolution.back(_nothing)


def _keys(*, unique: bool, named: bool = False, late: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        more = [sa.UniqueConstraint("name", name="uq_name", deferrable=late)] if named else []
        db.Table("folk", key, sa.Column("name", sa.String(9), unique=unique), *more)

    return declare


@pytest.mark.parametrize("late", [False, True], ids=["the same", "later"])
def test_a_name_comes_later(evolution: Evolution, late: bool) -> None:
    """The one without a name gets it; or there are two, if the other one is checked later."""
    one, both = _keys(unique=True), _keys(unique=True, named=True, late=late)
    evolution.begin(one, "INSERT INTO folk VALUES (1, 'Ada')")
    assert _PROVED in evolution.follow(both).stdout
    assert ("RENAME CONSTRAINT" in evolution.script) is not late
    evolution.back(one)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_keys(unique=True, named=True, late=True), _keys(unique=True)),
        (_keys(unique=False, named=True, late=True), _keys(unique=True, named=True, late=True)),
        (_keys(unique=True, named=True, late=True), _keys(unique=False, named=True, late=True)),
    ],
    ids=["the named one goes", "another one comes", "the other one goes"],
)
def test_two_of_the_same_columns(evolution: Evolution, before: Models, after: Models) -> None:
    """Each of two is missed."""
    evolution.begin(before, "INSERT INTO folk VALUES (1, 'Ada')")
    assert _PROVED in evolution.follow(after).stdout
    evolution.back(before)
