"""Indexes of a column that gets another type, and those beside them that begin with another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(kind: Any, *, is_unique: bool) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        columns = [sa.Column("a", sa.Integer, nullable=False), sa.Column("b", kind)]
        indexes = [sa.Index("ix_a", "a", unique=is_unique)]
        if is_unique:
            indexes.append(sa.Index("ix_a_b", "a", "b", unique=True))
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns, *indexes)

    return models


def test_a_name_that_is_taken_yet(evolution: Evolution) -> None:
    """An index is not made before the other one of its name is gone."""
    before = _models(sa.Integer, is_unique=False)
    evolution.begin(before, "INSERT INTO t VALUES (1, 2, 3)")
    evolution.follow(_models(sa.BigInteger, is_unique=True))
    evolution.back(before)
    assert evolution.rows("SELECT * FROM t") == [(1, 2, 3)]


@pytest.mark.requires("alter_column")
@pytest.mark.parametrize("beside", [(), ("a",)], ids=["alone", "with another one"])
@pytest.mark.parametrize("kind", ["index", "unique index", "unique constraint"])
def test_rows_get_values_between(evolution: Evolution, kind: str, beside: Any) -> None:
    """The index goes before the type changes, not only before the column becomes NOT NULL."""

    def index(*columns: str) -> Any:
        if kind == "unique constraint":
            return sa.UniqueConstraint(*columns, name="of_words")
        return sa.Index("of_words", *columns, unique=kind == "unique index")

    def models(words: Any, *indexes: Any) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            owner = db.Table("owner", sa.Column("id", sa.Integer, primary_key=True))
            a = sa.Column("a", sa.ForeignKey(owner.c.id, name="of_owner"), index=False)
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", key, a, words(), *(each() for each in indexes))

        return declare

    before = models(lambda: sa.Column("words", sa.String(20)), lambda: index(*beside, "words"))
    long = sa.Text().with_variant(sa.JSON(), "postgresql")
    evolution.begin(
        before,
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO t VALUES (1, 1, '[]'), (2, NULL, NULL)",
    )
    evolution.follow(
        models(lambda: sa.Column("words", long, nullable=False)), "--fill", "t.words=[1]"
    )
    evolution.back(before)
    assert evolution.rows("SELECT * FROM t ORDER BY id") == [(1, 1, "[]"), (2, None, "[1]")]
