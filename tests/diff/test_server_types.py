"""Types that a database has and SQLAlchemy has no class for."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.types import UserDefinedType

from flask_godwit.server_types import ServerType
from tests.core.apps import Models

from .conftest import Evolution


class Point(UserDefinedType[Any]):
    """A type of the application's own; each database takes its name."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "POINT"


def _there_and_back(evolution: Evolution, models: Models) -> str:
    """What ``migrate`` said; its proof has compared all that the server says of both."""
    answer = evolution.migrate(models)
    assert answer.exit_code == 0, answer.output
    assert "Proved: upgrade, downgrade, no further changes" in answer.output
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)
    return answer.output


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def with_point(db: SQLAlchemy) -> None:
    db.Table("item", _id(), sa.Column("place", Point(), nullable=False))


def without(db: SQLAlchemy) -> None:
    db.Table("item", _id())


def test_dropped(evolution: Evolution) -> None:
    """Such a column comes back as what it was."""
    evolution.begin(with_point)
    _there_and_back(evolution, without)
    assert "ServerType" in evolution.script


def test_table_dropped(evolution: Evolution) -> None:
    """The same with its whole table."""

    def both(db: SQLAlchemy) -> None:
        without(db)
        db.Table("shop", _id(), sa.Column("place", Point(), nullable=False))

    evolution.begin(both)
    _there_and_back(evolution, without)


def test_changed(evolution: Evolution) -> None:
    """What else changes of such a column keeps its type."""

    def later(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("place", Point()))

    evolution.begin(with_point)
    _there_and_back(evolution, later)


def test_becomes_another(evolution: Evolution) -> None:
    """It may become a type that SQLAlchemy knows, and is called by its own name on the way."""

    def text(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("place", sa.Text(), nullable=False))

    evolution.begin(with_point)
    said = _there_and_back(evolution, text)
    assert "point -> text" in said.lower()


def test_by_hand(local: Evolution) -> None:
    """SQLite: a name that it alone makes something of, and none at all."""
    local.begin(without, "ALTER TABLE item ADD COLUMN a NATIVE_CHARACTER(70)")
    local.now.execute("ALTER TABLE item ADD COLUMN b")
    found = "SELECT type FROM pragma_table_info('item') WHERE name IN ('a', 'b') ORDER BY name"
    before = local.rows(found)
    answer = local.migrate(without)
    assert answer.exit_code == 0, answer.output
    local.now.ok("upgrade")
    assert local.rows(found) == []
    local.now.ok("downgrade")
    assert local.rows(found) == before


@pytest.mark.requires("schemas")
def test_of_postgresql(evolution: Evolution) -> None:
    """Some of those that PostgreSQL has, and nobody is warned of them."""
    names = ("xml", "pg_lsn", "jsonpath", "box", "xml[]", "regtype")

    def models(db: SQLAlchemy) -> None:
        columns = (sa.Column(f"c{place}", ServerType(name)) for place, name in enumerate(names))
        db.Table("item", _id(), *columns)

    evolution.begin(models)
    evolution.now.ok("check")
    _there_and_back(evolution, without)
