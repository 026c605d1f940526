"""A primary key that counts and gets another name: its values are not made anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]

ROWS = ("INSERT INTO users (id, mail) VALUES (3, 'm')", "INSERT INTO posts (id, u) VALUES (1, 3)")


def _models(key: str, has_posts: bool = True, table: str = "users", **info: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        number = sa.Column(key, sa.Integer, primary_key=True, info=info)
        said = {"renamed_from": "users"} if table != "users" else {}
        db.Table(table, number, sa.Column("mail", sa.String(50)), info=said)
        if has_posts:
            of = sa.Column("u", sa.ForeignKey(f"{table}.{key}"))
            db.Table("posts", sa.Column("id", sa.Integer, primary_key=True), of)

    return models


@pytest.mark.parametrize("table", ["users", "accounts"])
def test_said_by_models(evolution: Evolution, table: str) -> None:
    """The hint of the models is taken, with and without one for the table."""
    evolution.begin(_models("id"), *ROWS)
    evolution.follow(_models("uid", table=table, renamed_from="id"))
    assert evolution.rows(f"SELECT uid, mail FROM {table}") == [(3, "m")]
    evolution.back(_models("id"))
    assert evolution.rows("SELECT id, mail FROM users") == [(3, "m")]


def test_not_said(evolution: Evolution) -> None:
    """Nothing is written while it is a question whether the values stay."""
    evolution.begin(_models("id", has_posts=False), ROWS[0])
    answer = evolution.migrate(_models("uid", has_posts=False))
    assert answer.exit_code != 0
    assert "--rename users.id:users.uid" in answer.output


def test_new_number(evolution: Evolution) -> None:
    """Rows that refer to the old numbers are in the way where the new ones are others."""
    evolution.begin(_models("id"), *ROWS)
    answer = evolution.migrate(_models("uid"), "--no-rename", "users.id", "--allow-drop")
    assert answer.exit_code != 0
    assert "1 row of posts refers to nothing in users." in answer.output


def _items(table: str, *parts: str) -> Models:
    """A key that is called after its table."""

    def models(db: SQLAlchemy) -> None:
        db.metadata.naming_convention = {"pk": "pk_%(table_name)s"}
        keys = [sa.Column(name, sa.Integer, primary_key=True) for name in ("id", *parts)]
        db.Table(table, *keys, sa.Column("mail", sa.String(50)))

    return models


def test_renamed_table_gets_a_longer_key(evolution: Evolution) -> None:
    """The key is made once, when its columns are there."""
    evolution.begin(_items("item"), "INSERT INTO item VALUES (3, 'm')")
    answers = ("--rename-table", "item:tag", "--fill", "tag.part=1")
    evolution.follow(_items("tag", "part"), *answers)
    assert evolution.rows("SELECT id, part, mail FROM tag") == [(3, 1, "m")]
    evolution.back(_items("item"))
    assert evolution.rows("SELECT * FROM item") == [(3, "m")]
