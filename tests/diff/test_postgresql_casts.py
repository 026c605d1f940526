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


@pytest.mark.parametrize("options", [{}, {"nullable": False}], ids=["", "not null"])
def test_bytes_and_texts(evolution: Evolution, options: dict[str, Any]) -> None:
    """Bytes become the text that they are in UTF-8, and bytes again."""
    one, other = _models(sa.LargeBinary, **options), _models(sa.Text, **options)
    value = "aé\\c"
    evolution.begin(one, f"INSERT INTO t (id, a) VALUES (1, convert_to('{value}', 'UTF8'))")
    evolution.follow(other)
    assert evolution.rows("SELECT a FROM t") == [(value,)]
    evolution.back(one)
    assert evolution.rows("SELECT convert_from(a, 'UTF8') FROM t") == [(value,)]


def test_bytes_that_are_no_text(evolution: Evolution) -> None:
    """Bytes that are no UTF-8 stop the command."""
    one = _models(sa.LargeBinary)
    evolution.begin(one, r"INSERT INTO t (id, a) VALUES (1, '\xfffe')")
    answer = evolution.migrate(_models(sa.Text))
    assert answer.exit_code == 1
    assert "Not every value of t.a can become" in answer.output


def test_texts_and_bytes(evolution: Evolution) -> None:
    """Texts become bytes, and the same texts again."""
    one = _models(lambda: sa.String(9))
    evolution.begin(one, r"INSERT INTO t (id, a) VALUES (1, 'a\c')")
    evolution.follow(_models(sa.LargeBinary))
    evolution.back(one)
    assert evolution.rows("SELECT a FROM t") == [("a\\c",)]


@pytest.mark.parametrize("name", ["o", "u"])
def test_under_a_new_name(evolution: Evolution, name: str) -> None:
    """Rows are looked at by the old name, though the new one is a letter of what converts them."""

    def other(db: SQLAlchemy) -> None:
        kind = sa.Text if name == "o" else sa.Uuid
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column(name, kind))

    old = sa.LargeBinary if name == "o" else sa.Text
    value = "x" if name == "o" else "7b1c9a3e-0d5f-4c55-8a6e-2f4f7a3b9c11"
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, '{value}')")
    evolution.follow(other, "--rename", f"t.a:t.{name}")
    assert [str(row[0]) for row in evolution.rows(f"SELECT {name} FROM t")] == [value]


class YesNo(sa.types.TypeDecorator[bool]):
    """A type of the application's own."""

    impl = sa.CHAR(5)
    cache_ok = True


@pytest.mark.parametrize(
    ("old", "new", "value", "after"),
    [
        (sa.Boolean, YesNo, "true", "True"),
        (sa.DateTime, sa.Time, "2024-02-03 04:05:06", "1970-01-01 04:05:06"),
    ],
    ids=["own type", "time"],
)
def test_comes_back(evolution: Evolution, old: Any, new: Any, value: str, after: str) -> None:
    """A downgrade converts the values back, as well as they can be."""
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, '{value}')")
    evolution.follow(_models(new))
    evolution.back(_models(old))
    assert str(evolution.rows("SELECT a FROM t")[0][0]) == after
