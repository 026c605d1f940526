"""Types that are another one on some databases: ``Enum(…).with_variant(String(5), "sqlite")``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Make = Callable[[], Any]
ALL = ("sqlite", "postgresql", "mysql", "mariadb")


def _enum(**options: Any) -> Any:
    return sa.Enum("a", "bb", name="letter", **options)


def _checked() -> Any:
    return _enum(native_enum=False, create_constraint=True)


def _on_each(kind: Any, make: Make) -> Any:
    """A variant of its own for each database: one CHECK comes with one type."""
    for name in ALL:
        kind = kind.with_variant(make(), name)
    return kind


MAKE: dict[str, Make] = {
    "enum to text": lambda: _enum().with_variant(sa.String(5), *ALL),
    "checked enum to text": lambda: _checked().with_variant(sa.String(5), *ALL),
    "text to checked enum": lambda: _on_each(sa.String(5), _checked),
    "boolean to number": lambda: sa.Boolean(create_constraint=True, name="truth").with_variant(
        sa.Integer(), *ALL
    ),
}


@pytest.fixture(params=MAKE.values(), ids=MAKE)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


def before(db: SQLAlchemy) -> None:
    db.Table("item", sa.Column("id", sa.Integer, primary_key=True))


def test_column(evolution: Evolution, make: Make) -> None:
    """A new column is what it is to be on this database, with or without a CHECK."""

    def after(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("item", key, sa.Column("letter", make()))

    evolution.begin(before)
    evolution.follow(after)
    evolution.back(before)


def test_table(evolution: Evolution, make: Make) -> None:
    """The same in a new table."""

    def after(db: SQLAlchemy) -> None:
        before(db)
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("more", key, sa.Column("letter", make()))

    evolution.begin(before)
    evolution.follow(after)
    assert "with_variant" in evolution.script
    evolution.back(before)
