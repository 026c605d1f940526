"""Indexes of a column that gets another type, and those beside them that begin with another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
