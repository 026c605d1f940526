"""Arrays of PostgreSQL: what is so of their elements is compared, and asked of the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_COLLATION = """
    SELECT collname FROM pg_attribute a JOIN pg_collation c ON c.oid = attcollation
    WHERE attrelid = 't'::regclass AND attname = 'a'
"""


def _models(*kind: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        make, *arguments = kind
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", sa.ARRAY(make(*arguments))))

    return models


def _choices(*labels: str) -> Callable[[SQLAlchemy], None]:
    return _models(lambda: sa.Enum(*labels, name="choice"))


def test_collation(evolution: Evolution) -> None:
    """That of the elements comes and goes."""
    plain, sorted_by_bytes = (_models(sa.String, 9, each) for each in (None, "C"))
    evolution.begin(plain)
    evolution.follow(sorted_by_bytes)
    assert evolution.rows(_COLLATION) == [("C",)]
    evolution.back(plain)
    assert evolution.rows(_COLLATION) == [("default",)]
    evolution.now.ok("upgrade")
    evolution.follow(_models(sa.Text, None))
    assert evolution.rows(_COLLATION) == [("default",)]
    evolution.now.ok("downgrade")
    assert evolution.rows(_COLLATION) == [("C",)]


@pytest.mark.parametrize("value", ["{a,c}", "{a,NULL}"])
def test_label_in_use(evolution: Evolution, value: str) -> None:
    """A label that an element has can't be removed; another one can."""
    evolution.begin(_choices("a", "b", "c"), f"INSERT INTO t (id, a) VALUES (1, '{value}')")
    if "c" in value:
        answer = evolution.migrate(_choices("a", "b"))
        assert answer.exit_code == 1
        assert "1 row of t would not fit" in answer.output
    else:
        evolution.follow(_choices("a", "b"))
        evolution.back(_choices("a", "b", "c"))
