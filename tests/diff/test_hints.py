"""Former names in the models: chains of them, and names that another thing takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit.diff.renames.hints import due

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


@pytest.mark.parametrize(
    ("hints", "there", "told", "expected"),
    [
        ({"b": "a"}, "a", {}, {"a": "b"}),
        ({"b": "a"}, "b", {}, {}),
        ({"b": "a"}, "ab", {}, {}),
        ({"b": "a", "c": "b"}, "ab", {}, {"b": "c", "a": "b"}),
        ({"b": "a", "c": "b"}, "bc", {}, {}),
        ({"b": "a", "c": "b"}, "a", {}, {"a": "b"}),
        ({"b": "a"}, "ab", {"b": "c"}, {"a": "b"}),
        ({"b": "a"}, "a", {"a": "c"}, {}),
        ({"b": "a"}, "ac", {"c": "b"}, {}),
        ({"b": "a", "c": "a"}, "a", {}, {"a": "b"}),
        ({"b": "a", "a": "b"}, "ab", {}, {}),
        ({"b": "b"}, "b", {}, {}),
    ],
)
def test_due(
    hints: dict[str, str], there: str, told: dict[str, str], expected: dict[str, str]
) -> None:
    """What is there by its new name needs no hint, unless that name goes on to another thing."""
    assert due(hints, set(there), told) == expected


def columns(*named: str | tuple[str, str]) -> Models:
    """A table with columns, and their former names."""

    def models(db: SQLAlchemy) -> None:
        pairs = [name if isinstance(name, tuple) else (name, "") for name in named]
        made = (
            sa.Column(name, sa.String(5), info={"renamed_from": old} if old else {})
            for name, old in pairs
        )
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *made)

    return models


def tables(*named: str | tuple[str, str]) -> Models:
    """Tables, and their former names."""

    def models(db: SQLAlchemy) -> None:
        for one in named:
            name, old = one if isinstance(one, tuple) else (one, "")
            key = sa.Column("id", sa.Integer, primary_key=True)
            info = {"renamed_from": old} if old else {}
            db.Table(name, key, sa.Column("v", sa.String(5)), info=info)

    return models


FILLED = "INSERT INTO t (id, a, b) VALUES (1, 'a', 'b')"


def test_chain_of_columns(evolution: Evolution) -> None:
    """Each takes the name that the next one leaves."""
    evolution.begin(columns("a", "b"), FILLED)
    evolution.follow(columns(("b", "a"), ("c", "b")))
    assert evolution.rows("SELECT b, c FROM t") == [("a", "b")]
    evolution.back(columns("a", "b"))
    assert evolution.rows("SELECT a, b FROM t") == [("a", "b")]


def test_chain_of_tables(evolution: Evolution) -> None:
    """The same with tables."""
    evolution.begin(
        tables("a", "b"), "INSERT INTO a VALUES (1, 'a')", "INSERT INTO b VALUES (2, 'b')"
    )
    evolution.follow(tables(("b", "a"), ("c", "b")))
    assert evolution.rows("SELECT * FROM b") == [(1, "a")]
    assert evolution.rows("SELECT * FROM c") == [(2, "b")]
    evolution.back(tables("a", "b"))
    assert evolution.rows("SELECT * FROM b") == [(2, "b")]


def test_name_of_a_new_column(local: Evolution) -> None:
    """A column gets another name, and a new one has the old name."""
    local.begin(columns("a", "b"), FILLED)
    local.follow(columns("a", "b", ("c", "b")))
    assert local.rows("SELECT a, b, c FROM t") == [("a", None, "b")]
    local.back(columns("a", "b"))
    assert local.rows("SELECT a, b FROM t") == [("a", "b")]


def test_name_of_a_new_table(local: Evolution) -> None:
    """The same with tables."""
    local.begin(tables("a"), "INSERT INTO a VALUES (1, 'a')")
    local.follow(tables("a", ("b", "a")))
    assert local.rows("SELECT * FROM b") == [(1, "a")]
    assert local.rows("SELECT * FROM a") == []
    local.back(tables("a"))
    assert local.rows("SELECT * FROM a") == [(1, "a")]


def test_option_and_hint(local: Evolution) -> None:
    """An option frees the name that a hint asks for."""
    local.begin(columns("a", "b"), FILLED)
    local.follow(columns(("b", "a"), "c"), "--rename", "t.b:t.c")
    assert local.rows("SELECT b, c FROM t") == [("a", "b")]
