"""CHECKs over columns that get another type: PostgreSQL says them in the words of that one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_WORDS = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'c' AND conrelid = 't'::regclass"
)


def _models(name: str, kind: Any, check: str, called: str | None) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        own: Any = called
        db.Table("t", key, sa.Column(name, kind), sa.CheckConstraint(f"{name} {check}", name=own))

    return models


@pytest.mark.parametrize("called", ["ck_t", None], ids=["named", "nameless"])
@pytest.mark.parametrize("name", ["a", "born"], ids=["", "renamed"])
@pytest.mark.parametrize(
    ("old", "new", "check", "after"),
    [
        (sa.Integer, sa.Numeric(10, 2), ">= 0", ">= (0)::numeric"),
        (sa.Date, sa.DateTime, "> '2000-01-01'", "> '2000-01-01 00:00:00'::timestamp"),
    ],
    ids=["number", "date"],
)
def test_its_own_words(
    evolution: Evolution, old: Any, new: Any, check: str, after: str, name: str, called: str | None
) -> None:
    """It has those of a new table with that type, and its old ones after the way back."""
    evolution.begin(_models("a", old, check, called))
    before = evolution.rows(_WORDS)
    renames = ["--rename", f"t.a:t.{name}"] if name != "a" else []
    evolution.follow(_models(name, new, check, called), *renames)
    assert f"{name} {after}" in str(evolution.rows(_WORDS)[0][0])
    evolution.back(_models("a", old, check, called))
    assert evolution.rows(_WORDS) == before
