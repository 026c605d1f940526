"""Values for rows in columns whose type has a variant for the database at hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql

from .conftest import Evolution

OTHERS = ("mysql", "mariadb", "postgresql")
WORDS = sa.Text().with_variant(sa.JSON(), *OTHERS)
MOMENT = sa.String(30).with_variant(sa.DateTime(), *OTHERS)


def _models(*columns: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *(make() for make in columns))

    return models


@pytest.mark.parametrize(
    ("kind", "fill", "stored"),
    [(WORDS, '{"a": [1]}', '{"a": [1]}'), (MOMENT, "2020-01-02 03:04:05", "2020-01-02 03:04:05")],
    ids=["JSON", "DateTime"],
)
def test_there_and_back(evolution: Evolution, kind: Any, fill: str, stored: str) -> None:
    """It is read as a value of the variant; what comes back has a neutral one of that."""
    before = _models(lambda: sa.Column("gone", kind, nullable=False))
    evolution.begin(before, f"INSERT INTO t VALUES (1, '{fill}')")
    evolution.follow(
        _models(lambda: sa.Column("new", kind, nullable=False)),
        *("--fill", f"t.new={fill}", "--no-rename", "*"),
    )
    ((value,),) = evolution.rows("SELECT new FROM t")
    assert (str(value) if kind is MOMENT else value) in (stored, {"a": [1]})
    evolution.back(before)
    assert len(evolution.rows("SELECT gone FROM t")) == 1


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("fill", ['["it\'s", null, "a\\\\b"]', r"""{it's,NULL,"a\\b"}"""])
def test_arrays(evolution: Evolution, fill: str) -> None:
    """In JSON, or as the server writes one; also where another database has another type."""
    lists = sa.JSON().with_variant(postgresql.ARRAY(sa.Text()), "postgresql")
    evolution.begin(_models(), "INSERT INTO t VALUES (1)")
    column = partial(sa.Column, "new", lists, nullable=False)
    evolution.follow(_models(column), "--fill", f"t.new={fill}")
    assert evolution.rows("SELECT new FROM t") == [(["it's", None, "a\\b"],)]


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("fill", ["5", "[1", '{"a": 1'])
def test_no_array(evolution: Evolution, fill: str) -> None:
    """It is said, and nothing is written."""
    evolution.begin(_models(), "INSERT INTO t VALUES (1)")
    column = partial(sa.Column, "new", sa.ARRAY(sa.Integer), nullable=False)
    answer = evolution.migrate(_models(column), "--fill", f"t.new={fill}")
    assert answer.exit_code == 1
    assert "is no value for t.new" in answer.stderr
