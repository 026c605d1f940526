"""Columns whose values the server gives get another type, and stay what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(column: Callable[[], sa.Column[Any]]) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        db.Table("t", key, sa.Column("a", sa.Integer), column())

    return models


def _computed(kind: Any, **options: Any) -> Callable[[], sa.Column[Any]]:
    return lambda: sa.Column("n", kind, sa.Computed("a + 1", persisted=True), **options)


def _counted(kind: Any, **options: Any) -> Callable[[], sa.Column[Any]]:
    return lambda: sa.Column("n", kind, sa.Identity(**options), nullable=False)


@pytest.mark.parametrize("other", [sa.BigInteger, sa.Numeric(9, 2)])
def test_computed(evolution: Evolution, other: Any) -> None:
    """A generated column has its values in the new type, there and back."""
    one = _models(_computed(sa.Integer))
    evolution.begin(one, "INSERT INTO t (id, a) VALUES (1, 2)")
    evolution.follow(_models(_computed(other)))
    assert [int(n) for (n,) in evolution.rows("SELECT n FROM t")] == [3]  # type: ignore[call-overload]
    evolution.back(one)
    assert evolution.rows("SELECT n FROM t") == [(3,)]


@pytest.mark.requires("identity")
def test_computed_and_more(evolution: Evolution) -> None:
    """So it is where NOT NULL and a comment come with the type."""
    one = _models(_computed(sa.Integer))
    evolution.begin(one, "INSERT INTO t (id, a) VALUES (1, 2)")
    evolution.follow(_models(_computed(sa.BigInteger, nullable=False, comment="more")))
    evolution.back(one)


@pytest.mark.requires("identity")
@pytest.mark.parametrize("options", [{}, {"always": True, "increment": 2}], ids=["type", "more"])
def test_identity(evolution: Evolution, options: dict[str, Any]) -> None:
    """An identity column counts on in the new type, with other options as well."""
    one = _models(_counted(sa.Integer))
    evolution.begin(one, "INSERT INTO t (id) VALUES (1)")
    evolution.follow(_models(_counted(sa.BigInteger, **options)))
    evolution.now.execute("INSERT INTO t (id) VALUES (2)")
    assert evolution.rows("SELECT n FROM t ORDER BY id") == [
        (1,),
        (1 + options.get("increment", 1),),
    ]
    evolution.back(one)
