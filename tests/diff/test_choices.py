"""Columns whose values are chosen from a list, and become numbers, or were some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _models(kind: Any, **options: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, **options))

    return models


LEVEL = sa.Enum("30", "20", "10", name="level")
SIZES = sa.Enum("1.50", "2.00", "0.25", name="sizes")


@pytest.mark.parametrize(
    ("choice", "number", "value"),
    [
        (_models(LEVEL, server_default="10", nullable=False), sa.Integer(), 10),
        (_models(SIZES, server_default="0.25", nullable=False), sa.Numeric(5, 2), 0.25),
    ],
    ids=["integer", "numeric"],
)
def test_choice_and_number(evolution: Evolution, choice: Models, number: Any, value: Any) -> None:
    """A value of an enumeration is no position: it becomes the number that it says, and back."""
    numbers = _models(number, server_default=str(value), nullable=False)
    query = "SELECT a FROM t"
    evolution.begin(choice, "INSERT INTO t (id) VALUES (1)")
    before = evolution.rows(query)
    evolution.follow(numbers)
    assert [float(row[0]) for row in evolution.rows(query)] == [value]  # type: ignore[arg-type]
    evolution.back(choice)
    assert evolution.rows(query) == before


@pytest.mark.requires("auto_increment")
def test_set_and_number(evolution: Evolution) -> None:
    """The same with a SET, which takes a number for several values."""
    chosen = _models(mysql.SET("3", "2", "1"))
    query = "SELECT a FROM t"
    evolution.begin(chosen, "INSERT INTO t (id, a) VALUES (1, '1')")
    evolution.follow(_models(sa.Integer()))
    assert evolution.rows(query) == [(1,)]
    evolution.back(chosen)
    assert evolution.rows(query) in ([("1",)], [({"1"},)])


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (sa.Enum("New", "it's, Done"), sa.Enum("new", "it's, done")),
        (mysql.SET("New", "it's"), mysql.SET("new", "it's")),
    ],
    ids=["enum", "set"],
)
def test_other_letters(evolution: Evolution, old: Any, new: Any) -> None:
    """Labels that differ in capital letters only are other ones, and rows follow them."""
    query = "SELECT CAST(a AS CHAR) FROM t"
    evolution.begin(_models(old), "INSERT INTO t (id, a) VALUES (1, 'New')")
    evolution.follow(_models(new))
    assert evolution.rows(query) == [("new",)]
    evolution.back(_models(old))
    assert evolution.rows(query) == [("New",)]
