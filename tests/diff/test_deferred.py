"""Rows that get a value in tables whose constraints wait for the end of the transaction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("concurrent_indexes")  # PostgreSQL's
Late = Callable[[], sa.Constraint]


def _key() -> sa.Constraint:
    return sa.ForeignKeyConstraint(["up"], ["node.id"], initially="DEFERRED", deferrable=True)


def _unique() -> sa.Constraint:
    return sa.UniqueConstraint("rank", initially="DEFERRED", deferrable=True)


def _models(late: Late, type_: object, *more: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table(
            "node",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("up", sa.Integer),
            sa.Column("rank", type_, nullable=not more),  # type: ignore[arg-type]
            *(sa.Column(name, sa.Integer) for name in more),
            late(),
        )

    return models


@pytest.mark.parametrize("late", [_key, _unique])
def test_rows_are_filled_and_the_table_changes(evolution: Evolution, late: Late) -> None:
    """The foreign key would wait, since the rows are new, and so would the changed value."""
    before, after = _models(late, sa.SmallInteger), _models(late, sa.String(20), "more")
    evolution.begin(before, "INSERT INTO node VALUES (1, 1, 1), (2, 1, NULL)")
    answer = evolution.follow(after, "--fill", "node.rank=0")
    assert "Proved" in answer.output
    assert evolution.rows("SELECT rank FROM node ORDER BY id") == [("1",), ("0",)]
    evolution.back(before)
