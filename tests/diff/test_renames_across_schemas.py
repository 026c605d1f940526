"""A table leaves its schema, and another one takes its name there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.databases import Database

from .conftest import Evolution


def _models(**places: tuple[str, str | None]) -> Callable[[SQLAlchemy], None]:
    """Each table by its column: its name and its schema."""

    def models(db: SQLAlchemy) -> None:
        for column, (name, schema) in places.items():
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table(name, key, sa.Column(column, sa.String(9)), schema=schema)

    return models


@pytest.mark.requires("sequences", "schemas")
def test_there_and_back(evolution: Evolution) -> None:
    """The name is free when its turn comes, both ways."""
    before = _models(a=("item", None), b=("thing", None))
    evolution.begin(before, "INSERT INTO item VALUES (1, 'x')", "INSERT INTO thing VALUES (2, 'y')")
    moves = ["--rename-table", "item:apart.thing", "--rename-table", "thing:item"]
    after = _models(a=("thing", "apart"), b=("item", None))
    answer = evolution.migrate(after, *moves)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    assert evolution.rows("SELECT a FROM apart.thing") == [("x",)]
    assert evolution.rows("SELECT b FROM item") == [("y",)]
    evolution.back(before)
    assert evolution.rows("SELECT a FROM item") == [("x",)]


@pytest.mark.requires("auto_increment")
def test_to_another_database(evolution: Evolution, make_database: Callable[..., Database]) -> None:
    """MySQL, MariaDB: its schema is a database, which a table comes to with its rows."""
    other = make_database(evolution.database.kind, "other").address.database
    before, after = _models(a=("item", None)), _models(a=("thing", other))
    evolution.begin(before, "INSERT INTO item VALUES (1, 'x')")
    answer = evolution.migrate(after, "--rename-table", f"item:{other}.thing")
    assert answer.exit_code == 0, answer.output
    evolution.now.ok("upgrade")
    assert evolution.rows(f"SELECT a FROM {other}.thing") == [("x",)]
    evolution.now.ok("check")
    evolution.back(before)
    assert evolution.rows("SELECT a FROM item") == [("x",)]
