"""Conversions that PostgreSQL has to be told of, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

Kind = Callable[[], Any]


def _models(kind: Kind, **options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind(), **options))

    return models


def _enums(name: str, *labels: str) -> Kind:
    return lambda: pg.ARRAY(sa.Enum(*labels, name=name))


def _texts() -> Any:
    return pg.ARRAY(sa.String(9))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_enums("one", "a", "b"), _enums("two", "a", "b", "c")),
        (_enums("one", "a", "b"), _enums("Two", "b", "a")),
        (_texts, _enums("Two", "b", "a")),
        (_enums("one", "a", "b"), _texts),
    ],
    ids=["other", "capital", "from texts", "to texts"],
)
@pytest.mark.parametrize("options", [{}, {"server_default": "{}"}], ids=["", "default"])
def test_array_of_enumeration(
    evolution: Evolution, old: Kind, new: Kind, options: dict[str, Any]
) -> None:
    """An array gets elements of another enumeration, by way of texts."""
    evolution.begin(_models(old, **options), "INSERT INTO t (id, a) VALUES (1, '{a,b}')")
    evolution.follow(_models(new, **options))
    assert evolution.rows("SELECT CAST(a AS TEXT) FROM t") == [("{a,b}",)]
    evolution.back(_models(old, **options))
    assert evolution.rows("SELECT CAST(a AS TEXT) FROM t") == [("{a,b}",)]
