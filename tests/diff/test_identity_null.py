"""A column that stops counting and may be NULL from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(*parts: Any, **options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("nr", *parts, **options))

    return models


@pytest.mark.requires("identity")
@pytest.mark.parametrize("kind", [sa.Integer, sa.BigInteger, sa.String])
def test_null_is_allowed(evolution: Evolution, kind: Any) -> None:
    """One script does both, also where the type changes, and takes both back."""
    before = _models(sa.Integer, sa.Identity(), nullable=False)
    evolution.begin(before, "INSERT INTO t DEFAULT VALUES")
    evolution.follow(_models(kind))
    evolution.now.execute("INSERT INTO t (nr) VALUES (NULL)")
    evolution.now.execute("DELETE FROM t WHERE nr IS NULL")
    evolution.back(before)


@pytest.mark.requires("identity")
def test_null_is_allowed_beside_a_default(evolution: Evolution) -> None:
    """A number takes the place of the numbers."""
    before = _models(sa.Integer, sa.Identity(always=True, start=5), nullable=False)
    evolution.begin(before, "INSERT INTO t DEFAULT VALUES")
    evolution.follow(_models(sa.Integer, server_default="7"))
    evolution.now.execute("INSERT INTO t DEFAULT VALUES")
    assert evolution.rows("SELECT nr FROM t ORDER BY id") == [(5,), (7,)]
    evolution.back(before)
