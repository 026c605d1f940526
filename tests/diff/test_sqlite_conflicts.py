"""What SQLite does with a row that a unique constraint refuses, as models say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _table(*constraints: Any, **of_a: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        a = sa.Column("a", sa.String(20), **of_a)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), a, *constraints)

    return models


def _named(conflict: str | None) -> Callable[[SQLAlchemy], None]:
    return _table(sa.UniqueConstraint("a", name="uq_a", sqlite_on_conflict=conflict))


def _column(conflict: str | None) -> Callable[[SQLAlchemy], None]:
    return _table(unique=True, sqlite_on_conflict_unique=conflict)


def _conflict(evolution: Evolution) -> str | None:
    (found,) = evolution.rows("SELECT sql FROM sqlite_master WHERE name = 't'")
    said = re.search(r"UNIQUE \(a\) ON CONFLICT (\w+)", str(found[0]))
    return said[1] if said else None


@pytest.mark.parametrize("models", [_named, _column])
@pytest.mark.parametrize(
    ("before", "after"), [(None, "IGNORE"), ("IGNORE", None), ("IGNORE", "REPLACE")]
)
def test_it_changes(
    local: Evolution,
    models: Callable[[str | None], Callable[[SQLAlchemy], None]],
    before: str | None,
    after: str | None,
) -> None:
    """Alone; the downgrade says again what was said before."""
    local.begin(models(before), "INSERT INTO t VALUES (1, 'x')")
    local.now.ok("check")
    answer = local.migrate(models(after))
    assert _PROVED in answer.stdout, answer.output
    local.now.ok("upgrade")
    local.now.ok("check")
    assert _conflict(local) == after
    local.now.ok("downgrade")
    assert _conflict(local) == before


@pytest.mark.parametrize("gone", ["constraint", "column", "table"])
def test_it_comes_back(local: Evolution, gone: str) -> None:
    """With what was dropped."""

    def before(db: SQLAlchemy) -> None:
        _column("REPLACE")(db)
        db.Table("kept", sa.Column("id", sa.Integer, primary_key=True))

    def after(db: SQLAlchemy) -> None:
        if gone == "constraint":
            _table()(db)
        elif gone == "column":
            db.Table("t", sa.Column("id", sa.Integer, primary_key=True))
        db.Table("kept", sa.Column("id", sa.Integer, primary_key=True))

    local.begin(before)
    local.follow(after)
    local.back(before)
    assert _conflict(local) == "REPLACE"
