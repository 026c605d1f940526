"""Indexes of MySQL and MariaDB that have only the beginning of a column, whose type changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
NO_LENGTH: dict[str, int] = {}


def _models(kind: Any, length: dict[str, int]) -> Models:
    """A text with indexes, of which a foreign key needs one."""
    options = {"mysql_length": length, "mariadb_length": length}

    def models(db: SQLAlchemy) -> None:
        db.Table(
            "notes",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("words", kind, nullable=False),
            sa.Column("up", sa.ForeignKey("notes.id", name="fk_up")),
            sa.Index("ix_words", "words", "id", **options),
            sa.Index("ix_unique", "words", unique=True, **options),
            sa.Index("ix_up", "up", "words", **options),
        )

    return models


SHORT = _models(sa.String(40), NO_LENGTH)


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SHORT, _models(sa.Text, {"words": 50})),
        (_models(sa.Text, {"words": 50}), SHORT),
        (_models(sa.String(200), {"words": 100}), _models(sa.String(50), {"words": 20})),
    ],
    ids=["becomes TEXT", "was TEXT", "becomes shorter"],
)
def test_there_and_back(evolution: Evolution, before: Models, after: Models) -> None:
    """Such an index goes before the column changes, and the new one is made afterwards."""
    evolution.begin(before, "INSERT INTO notes VALUES (1, 'a', 1)")
    evolution.follow(after)
    evolution.back(before)
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    assert evolution.rows("SELECT * FROM notes") == [(1, "a", 1)]


def _sorted(*, down: bool) -> Models:
    """A foreign key whose index has another column as well, sorted this way or that."""

    def models(db: SQLAlchemy) -> None:
        at = sa.Column("at", sa.Integer)
        up = sa.Column("up", sa.ForeignKey("notes.id", name="fk_up"))
        index = sa.Index("ix_up", up, at.desc() if down else at)
        db.Table("notes", sa.Column("id", sa.Integer, primary_key=True), at, up, index)

    return models


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("down", [False, True])
def test_index_of_a_key_is_sorted_otherwise(evolution: Evolution, *, down: bool) -> None:
    """The foreign key that needs it has one at every moment."""
    evolution.begin(_sorted(down=not down), "INSERT INTO notes VALUES (1, 2, 1)")
    evolution.follow(_sorted(down=down))
    evolution.back(_sorted(down=not down))
    assert evolution.rows("SELECT * FROM notes") == [(1, 2, 1)]
