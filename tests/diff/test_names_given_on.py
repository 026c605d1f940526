"""A name that is free after a rename is taken by another thing that looks the same."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _tables(*names: str) -> Models:
    """Tables that differ in their names only, and one that refers to the first of them."""

    def models(db: SQLAlchemy) -> None:
        for name in names:
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table(name, key, sa.Column("mail", sa.String(9)))
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("posts", key, sa.Column("u", sa.ForeignKey(f"{names[0]}.id", name="of_user")))

    return models


def _columns(name: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        unique = [sa.UniqueConstraint(c, name=f"one_{c}") for c in ("a", "b")]
        columns = (sa.Column(c, sa.Integer) for c in ("a", "b"))
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns, *unique)
        key = sa.ForeignKeyConstraint(["x"], [f"t.{name}"], name="key_of_c")
        db.Table(
            "c", sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer), key
        )

    return models


def test_new_table(evolution: Evolution) -> None:
    """The old table gets another name, and the new one is made; who refers to it does so again."""
    evolution.begin(_tables("users"), "INSERT INTO users (id, mail) VALUES (7, 'm')")
    evolution.follow(_tables("users", "users_old"), "--rename-table", "users:users_old")
    assert evolution.rows("SELECT id, mail FROM users_old") == [(7, "m")]
    assert evolution.rows("SELECT id FROM users") == []
    evolution.back(_tables("users"))
    assert evolution.rows("SELECT id, mail FROM users") == [(7, "m")]


def test_tables_change_places(evolution: Evolution) -> None:
    """Each keeps its rows; a table that refers to one by its name refers to the other one."""
    evolution.begin(
        _tables("a", "b"),
        "INSERT INTO a (id, mail) VALUES (1, 'a')",
        "INSERT INTO b VALUES (2, 'b')",
    )
    both = ("--rename-table", "a:b", "--rename-table", "b:a")
    evolution.follow(_tables("a", "b"), *both)
    assert evolution.rows("SELECT mail FROM a") == [("b",)]
    evolution.back(_tables("a", "b"))
    assert evolution.rows("SELECT mail FROM a") == [("a",)]


def test_columns_change_places(evolution: Evolution) -> None:
    """Constraints stay with the name that their model has them for."""
    evolution.begin(_columns("a"), "INSERT INTO t (id, a, b) VALUES (1, 2, 3)")
    evolution.follow(_columns("a"), "--rename", "t.a:t.b", "--rename", "t.b:t.a")
    assert evolution.rows("SELECT a, b FROM t") == [(3, 2)]
    evolution.back(_columns("a"))
    assert evolution.rows("SELECT a, b FROM t") == [(2, 3)]
