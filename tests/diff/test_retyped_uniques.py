"""Unique and primary keys whose columns get a type of PostgreSQL that has no order, and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(kind: Any, *keys: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        columns = [sa.Column("id", sa.Integer, nullable=False), sa.Column("nr", sa.Integer)]
        words = sa.Column("words", kind, nullable=False)
        db.Table("notes", *columns, words, *(key() for key in keys))

    return models


ID = partial(sa.PrimaryKeyConstraint, "id", name="pk_notes")
WORDS = partial(sa.UniqueConstraint, "words", name="uq_words")


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((ID, WORDS), (ID,)),
        (
            (ID, partial(sa.UniqueConstraint, "words", "nr", name="uq_words")),
            (ID, partial(sa.UniqueConstraint, "nr", name="uq_words")),
        ),
        ((partial(sa.PrimaryKeyConstraint, "id", "words", name="pk_notes"), WORDS), (ID,)),
    ],
    ids=["unique", "narrower", "primary"],
)
def test_there_and_back(evolution: Evolution, before: Any, after: Any) -> None:
    """The key goes before the column changes, and comes back when that has its old type."""
    evolution.begin(_models(sa.Text, *before), "INSERT INTO notes VALUES (1, 2, '[]')")
    evolution.follow(_models(sa.JSON, *after))
    evolution.back(_models(sa.Text, *before))
    assert evolution.rows("SELECT * FROM notes") == [(1, 2, "[]")]
