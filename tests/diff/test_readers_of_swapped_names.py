"""Views and triggers that say what they said, while its names come to mean something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution
from .pairs_objects import declare_trigger, declare_view
from .test_objects import follow


def _models(columns: str, tables: str = "tu") -> Callable[[SQLAlchemy], None]:
    """A view and a trigger, always about column ``a`` of the table ``t``.

    :param columns: the names of an integer and a text.
    :param tables: the names of two tables, of which the second has a column more.
    """

    def models(db: SQLAlchemy) -> None:
        for name, more in zip(tables, ([], ["c"]), strict=True):
            kinds = dict(zip(columns, (sa.Integer, sa.String(20)), strict=True))
            parts = [sa.Column(key, kind) for key, kind in kinds.items()]
            parts += [sa.Column(key, sa.Integer) for key in more]
            db.Table(name, sa.Column("id", sa.Integer, primary_key=True), *parts)
        table = db.metadata.tables["t"]
        declare_view(db, "seen", table, ["id", "a"])
        declare_trigger(db, "watch", table, "a")

    return models


ROWS = ("INSERT INTO t VALUES (1, 2, 'x')", "INSERT INTO u VALUES (1, 3, 'y', 4)")


def test_columns_change_places(evolution: Evolution) -> None:
    """Both are about the other column then; the database would have had them follow."""
    evolution.begin(_models("ab"), *ROWS)
    there = ("--rename", "t.a:t.b", "--rename", "t.b:t.a")
    also = ("--rename", "u.a:u.b", "--rename", "u.b:u.a")
    follow(evolution, _models("ba"), *there, *also)
    assert evolution.rows("SELECT * FROM seen") == [(1, "x")]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT * FROM seen") == [(1, 2)]
    evolution.now.execute("UPDATE t SET a = 5")
    assert evolution.rows("SELECT * FROM seen") == [(1, 5)]


def test_tables_change_places(evolution: Evolution) -> None:
    """Both are about the other table then."""
    evolution.begin(_models("ab"), *ROWS)
    follow(evolution, _models("ab", "ut"), "--rename-table", "t:u", "--rename-table", "u:t")
    assert evolution.rows("SELECT * FROM seen") == [(1, 3)]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT * FROM seen") == [(1, 2)]
    evolution.now.execute("UPDATE t SET a = 5")
    assert evolution.rows("SELECT * FROM seen") == [(1, 5)]


@pytest.mark.parametrize("columns", ["ab", "cb"], ids=["nothing", "the column"])
def test_the_trigger_goes_along(evolution: Evolution, columns: str) -> None:
    """A table that only gets another name keeps a trigger that says so."""

    def models(name: str, column: str) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            key, new = sa.Column("id", sa.Integer, primary_key=True), sa.Column(column, sa.Integer)
            declare_trigger(db, "watch", db.Table(name, key, new), column)

        return declare

    evolution.begin(models("t", "a"), "INSERT INTO t VALUES (1, 2)")
    answers = ["--rename-table", "t:v"]
    answers += ["--rename", "v.a:v.c"] if columns == "cb" else []
    evolution.follow(models("v", columns[0]), *answers)
    evolution.now.execute(f"UPDATE v SET {columns[0]} = 7")
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT * FROM t") == [(1, 7)]
