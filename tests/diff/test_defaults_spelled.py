"""A default that stays while the type changes is spelled as it was, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(kind: Any, default: str, **options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, server_default=default, **options))

    return models


@pytest.mark.parametrize("nullable", [True, False])
@pytest.mark.parametrize(
    ("kind", "default"),
    [(sa.Numeric(12, 3), "0"), (sa.DateTime, "2020-01-01"), (sa.Numeric(9, 2), "2.5")],
    ids=["number", "moment", "digits"],
)
def test_text(evolution: Evolution, kind: Any, default: str, nullable: bool) -> None:
    """A text becomes something else with a default that this spells otherwise."""
    one = _models(sa.String(20), default, nullable=nullable)
    evolution.begin(one, "INSERT INTO t (id) VALUES (1)")
    evolution.follow(_models(kind, default, nullable=nullable))
    evolution.back(one)
    evolution.now.execute("INSERT INTO t (id) VALUES (2)")
    assert evolution.rows("SELECT a FROM t WHERE id = 2") == [(default,)]


@pytest.mark.parametrize(
    ("kind", "default"),
    [(sa.Integer, "0"), (sa.Numeric(12, 3), "0"), (sa.DateTime, "2020-01-01")],
    ids=["same", "number", "moment"],
)
def test_becomes_text(evolution: Evolution, kind: Any, default: str) -> None:
    """The other way round, and nothing is told of a default that stays."""
    one = _models(kind, default)
    evolution.begin(one, "INSERT INTO t (id) VALUES (1)")
    answer = evolution.follow(_models(sa.String(20), default))
    assert kind is not sa.Integer or "default" not in answer.output
    evolution.now.execute("INSERT INTO t (id) VALUES (2)")
    assert evolution.rows("SELECT a FROM t WHERE id = 2") == [(default,)]
    evolution.back(one)
