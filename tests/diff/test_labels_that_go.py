"""A downgrade takes away labels that rows have by now: it is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _levels(*labels: str, in_array: bool = False) -> Models:
    """Two columns of each enumeration: MySQL narrows one after the other."""
    level = sa.Enum(*labels, name="level")
    kind = postgresql.ARRAY(level) if in_array else level

    def models(db: SQLAlchemy) -> None:
        number = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", number, sa.Column("a", kind), sa.Column("b", kind))

    return models


def _stopped(evolution: Evolution, *places: str) -> None:
    answer = evolution.now.run("downgrade")
    assert answer.exit_code == 1
    assert "Nothing was run" in answer.output, answer.output
    assert not [place for place in places if f"{place} " not in answer.output], answer.output
    assert "would fail" in answer.output


@pytest.mark.requires("native_enum")
def test_in_use(evolution: Evolution) -> None:
    """Each column is looked at, also behind another one that is narrowed."""
    before = _levels("low", "it's")
    evolution.begin(before)
    evolution.follow(_levels("low", "it's", "top"))
    evolution.now.execute("INSERT INTO t (id, a, b) VALUES (1, 'low', 'top'), (2, 'it''s', NULL)")
    _stopped(evolution, "t.b")
    evolution.now.execute("UPDATE t SET b = 'low'")
    evolution.back(before)


@pytest.mark.requires("enum_types")
def test_in_arrays(evolution: Evolution) -> None:
    """The same where a column holds several."""
    before = _levels("low", "high", in_array=True)
    evolution.begin(before)
    evolution.follow(_levels("low", "high", "top", in_array=True))
    evolution.now.execute("INSERT INTO t (id, a, b) VALUES (1, '{low,NULL}', '{low,top}')")
    _stopped(evolution, "t.b")
    evolution.now.execute("UPDATE t SET b = '{low}'")
    evolution.back(before)
