"""Indexes on some rows, beside changes of their table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(kind: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        nr = sa.Column("nr", kind)
        some = nr.is_not(None)
        options = {"unique": True, "postgresql_where": some, "sqlite_where": some}
        indexes = [sa.Index("ix_some", nr, **options), sa.Index("ix_all", nr, unique=True)]
        db.Table("tag", sa.Column("id", sa.Integer, primary_key=True), nr, *indexes)

    return models


@pytest.mark.requires("partial_indexes")
def test_its_column_gets_another_type(evolution: Evolution) -> None:
    """The condition is not taken for something that is true or false."""
    before = _models(sa.Integer)
    evolution.begin(before, "INSERT INTO tag VALUES (1, 2), (2, NULL)")
    evolution.follow(_models(sa.String(20)))
    evolution.back(before)
    assert evolution.rows("SELECT * FROM tag ORDER BY id") == [(1, 2), (2, None)]
