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


def _in_charset(charset: str, length: int | None) -> Models:
    """An index that is as long as a character set allows."""

    def models(db: SQLAlchemy) -> None:
        options = {
            f"{dialect}_{name}": value
            for dialect in ("mysql", "mariadb")
            for name, value in (("charset", charset), ("length", length))
        }
        columns = [sa.Column(name, sa.String(1000)) for name in ("words", "more")]
        charsets = {name: value for name, value in options.items() if "charset" in name}
        table = db.Table(
            "notes", sa.Column("id", sa.Integer, primary_key=True), *columns, **charsets
        )
        lengths = {name: value for name, value in options.items() if "length" in name and value}
        sa.Index("ix_words", table.c.words, **lengths)
        sa.Index("ix_more", table.c.more, unique=True, **lengths)

    return models


@pytest.mark.requires("auto_increment")
def test_character_set(evolution: Evolution) -> None:
    """Such an index is away while the whole table gets a character set with longer characters."""
    before = _in_charset("latin1", None)
    evolution.begin(before, "INSERT INTO notes VALUES (1, 'é', 'a')")
    evolution.follow(_in_charset("utf8mb4", 700))
    evolution.back(before)
    lengths = "SELECT sub_part FROM information_schema.statistics WHERE table_name = 'notes'"
    lengths += " AND table_schema = DATABASE()"
    assert set(evolution.rows(lengths)) == {(None,)}
    assert evolution.rows("SELECT words FROM notes") == [("é",)]


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("kind", [sa.Text(), sa.String(200)], ids=["text", "string"])
def test_becomes_a_constraint(evolution: Evolution, kind: Any) -> None:
    """A constraint of the same name has the whole column; the way back has its beginning again."""

    def before(db: SQLAlchemy) -> None:
        length: dict[str, Any] = {"mysql_length": 20, "mariadb_length": 20}
        column = sa.Column("words", kind)
        index = sa.Index("uq_words", column, unique=True, **length)
        db.Table("notes", sa.Column("id", sa.Integer, primary_key=True), column, index)

    def after(db: SQLAlchemy) -> None:
        db.Table(
            "notes",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("words", sa.String(200)),
            sa.UniqueConstraint("words", name="uq_words"),
        )

    lengths = (
        "SELECT sub_part FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND index_name = 'uq_words'"
    )
    evolution.begin(before, "INSERT INTO notes VALUES (1, 'a')")
    evolution.follow(after)
    assert evolution.rows(lengths) == [(None,)]
    evolution.back(before)
    assert evolution.rows(lengths) == [(20,)]
