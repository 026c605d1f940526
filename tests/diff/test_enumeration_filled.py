"""Another enumeration and NOT NULL: rows get a value that only the new type has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_OLD, _NEW = ("new", "done"), ("new", "running", "done")


def _models(
    labels: tuple[str, ...], name: str, column: str = "k", **options: Any
) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column(column, sa.Enum(*labels, name=name), **options))

    return models


@pytest.mark.parametrize("name", ["one", "two"], ids=["same", "other"])
@pytest.mark.parametrize("column", ["k", "z"], ids=["called so", "renamed"])
@pytest.mark.parametrize("way", ["default", "fill"])
def test_filled(evolution: Evolution, name: str, column: str, way: str) -> None:
    """The type changes first: the old one would refuse the value."""
    one = _models(_OLD, "one", server_default="new")
    evolution.begin(one, "INSERT INTO t (id, k) VALUES (1, NULL), (2, 'done')")
    options = {"server_default": "running"} if way == "default" else {}
    arguments = ["--fill", f"t.{column}=running"] if way == "fill" else []
    arguments += ["--rename", f"t.k:t.{column}"] if column != "k" else []
    evolution.follow(_models(_NEW, name, column, nullable=False, **options), *arguments)
    found = evolution.rows(f"SELECT {column} FROM t ORDER BY id")
    assert found == [("running",), ("done",)]
    evolution.now.execute(f"UPDATE t SET {column} = 'new'")
    evolution.back(one)


@pytest.mark.requires("auto_increment")
def test_filled_beside_a_charset(evolution: Evolution) -> None:
    """The table's character set, with which the old type is said anew, changes before the type."""

    def models(labels: tuple[str, ...], charset: str, **options: Any) -> Any:
        def made(db: SQLAlchemy) -> None:
            key = sa.Column("id", sa.Integer, primary_key=True)
            column = sa.Column("k", sa.Enum(*labels), **options)
            said: dict[str, Any] = {"mysql_charset": charset, "mariadb_charset": charset}
            db.Table("t", key, column, **said)

        return made

    before = models(_OLD, "utf8mb4")
    evolution.begin(before, "INSERT INTO t (id, k) VALUES (1, NULL), (2, 'done')")
    evolution.follow(models(_NEW, "latin1", nullable=False, server_default="running"))
    assert evolution.rows("SELECT k FROM t ORDER BY id") == [("running",), ("done",)]
    evolution.now.execute("UPDATE t SET k = 'new'")
    evolution.back(before)
