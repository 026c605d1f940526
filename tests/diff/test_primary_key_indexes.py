"""MySQL and MariaDB: primary keys that change while foreign keys of the table need an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def pairs(*key: str, index: bool = False, unique: bool = False) -> Callable[[SQLAlchemy], None]:
    """Two tables, and the one between them, with this primary key."""

    def models(db: SQLAlchemy) -> None:
        number: Any = sa.Integer
        db.Table("a", sa.Column("id", number, primary_key=True))
        db.Table("b", sa.Column("id", number, primary_key=True))
        ids = [sa.Column("id", number)] if key == ("id",) else []
        table = db.Table(
            "pairs",
            *ids,
            sa.Column("a_id", sa.ForeignKey("a.id"), nullable=False, index=index),
            sa.Column("b_id", sa.ForeignKey("b.id"), nullable=False),
            sa.PrimaryKeyConstraint(*key, name="key_of_pairs"),
        )
        if unique:
            table.append_constraint(sa.UniqueConstraint("a_id", "b_id", name="one_pair"))

    return models


NUMBERED, PAIRED = pairs("id"), pairs("a_id", "b_id")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NUMBERED, PAIRED),
        (PAIRED, NUMBERED),
        (PAIRED, pairs("b_id", "a_id")),
        (pairs("id", index=True), PAIRED),
        (PAIRED, pairs("id", index=True)),
        (pairs("id", unique=True), PAIRED),
        (PAIRED, pairs("id", unique=True)),
    ],
    ids=[
        "number goes",
        "number comes",
        "another order",
        "index goes",
        "index comes",
        "unique constraint goes",
        "unique constraint comes",
    ],
)
def test_there_and_back(evolution: Evolution, before: Any, after: Any) -> None:
    """The schema is what the models create, both ways, and rows stay."""
    evolution.begin(
        before,
        "INSERT INTO a (id) VALUES (1)",
        "INSERT INTO b (id) VALUES (1), (2)",
        "INSERT INTO pairs (a_id, b_id) VALUES (1, 1), (1, 2)",
    )
    answer = evolution.follow(after)
    assert "Proved: upgrade, downgrade" in answer.stdout
    assert sorted(evolution.rows("SELECT a_id, b_id FROM pairs")) == [(1, 1), (1, 2)]
    evolution.back(before)
    assert sorted(evolution.rows("SELECT a_id, b_id FROM pairs")) == [(1, 1), (1, 2)]
