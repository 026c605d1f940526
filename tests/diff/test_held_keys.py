"""A column of a foreign key gets another name while a generated column reads it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")

_PROVED = "Proved: upgrade, downgrade, no further changes"
_ROWS = ("INSERT INTO p (id, n) VALUES (1, 'x')", "INSERT INTO t (id, n) VALUES (1, 'x')")


def _models(
    parent: str,
    child: str,
    *,
    reads: tuple[str, ...] = ("p", "t"),
    name: str = "fk",
    length: int = 20,
    **options: Any,
) -> Models:
    """A table that refers to another one by its name, and is read by what is generated."""

    def declare(db: SQLAlchemy) -> None:
        key = sa.ForeignKey(f"p.{parent}", name=name, **options)
        for table, column, *more in (("p", parent), ("t", child, key)):
            parts: list[Any] = [sa.Column(column, sa.String(length), *more, nullable=False)]
            if table in reads:
                parts.append(sa.Column("size", sa.Integer, sa.Computed(f"char_length({column})")))
            if table == "p":
                parts.append(sa.UniqueConstraint(column, name="up"))
            else:
                parts.append(sa.Index("it", column))
            db.Table(table, sa.Column("id", sa.Integer, primary_key=True), *parts)

    return declare


@pytest.mark.parametrize(
    ("after", "answers"),
    [
        (_models("m", "n"), ["--rename", "p.n:m"]),
        (_models("n", "m"), ["--rename", "t.n:m"]),
        (_models("m", "m", name="other"), ["--rename", "p.n:m", "--rename", "t.n:m"]),
        (_models("m", "m", length=30), ["--rename", "p.n:m", "--rename", "t.n:m"]),
        (
            _models("m", "m", ondelete="CASCADE", name="other"),
            ["--rename", "p.n:m", "--rename", "t.n:m"],
        ),
    ],
    ids=["referred", "referring", "both", "type", "action"],
)
def test_renamed(evolution: Evolution, after: Models, answers: list[str]) -> None:
    """At either end, whatever else changes of the key; MySQL copies the table for the column that
    is generated, and renames no column of a key by a copy.
    """
    evolution.begin(_models("n", "n"), *_ROWS)
    answer = evolution.follow(after, *answers)
    assert _PROVED in answer.output, answer.output
    assert evolution.script.count("create_foreign_key") <= 2, "once there, once back"
    assert evolution.rows("SELECT size FROM t") == [(1,)]
    evolution.back(_models("n", "n"))
    assert evolution.rows("SELECT n, size FROM t") == [("x", 1)]


def test_a_key_that_stays(evolution: Evolution) -> None:
    """Where nothing generated reads the column, the key follows the name by itself."""
    before, after = (_models("n", name, reads=("p",)) for name in ("n", "m"))
    evolution.begin(before, *_ROWS)
    evolution.follow(after, "--rename", "t.n:m")
    assert "foreign_key" not in evolution.script
    evolution.back(before)
