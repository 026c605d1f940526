"""A column that was only unique becomes the primary key while the one that counted goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def counted(db: SQLAlchemy) -> None:
    """The number counts, and the code tells rows apart, too."""
    code = sa.Column("code", sa.String(10), nullable=False)
    unique = sa.UniqueConstraint("code", name="one_code")
    key = sa.PrimaryKeyConstraint("id", name="key_of_coded")
    db.Table("coded", sa.Column("id", sa.Integer), code, sa.Column("n", sa.Integer), key, unique)


def keyed(db: SQLAlchemy) -> None:
    """The code is the key."""
    key = sa.PrimaryKeyConstraint("code", name="key_of_coded")
    db.Table("coded", sa.Column("code", sa.String(10)), sa.Column("n", sa.Integer), key)


def test_number_goes(evolution: Evolution) -> None:
    """The number goes and comes back over rows, which get new numbers."""
    evolution.begin(counted, "INSERT INTO coded (code, n) VALUES ('b', 1), ('a', 2)")
    evolution.follow(keyed)
    assert evolution.rows("SELECT code, n FROM coded ORDER BY n") == [("b", 1), ("a", 2)]
    evolution.back(counted)
    assert evolution.rows("SELECT code, n FROM coded ORDER BY n") == [("b", 1), ("a", 2)]
    evolution.now.execute("INSERT INTO coded (code, n) VALUES ('c', 3)")
    assert sorted(evolution.rows("SELECT id FROM coded")) == [(1,), (2,), (3,)]


def test_number_comes(evolution: Evolution) -> None:
    """The other way round."""
    evolution.begin(keyed, "INSERT INTO coded (code, n) VALUES ('b', 1), ('a', 2)")
    evolution.follow(counted)
    evolution.now.execute("INSERT INTO coded (code, n) VALUES ('c', 3)")
    assert sorted(evolution.rows("SELECT id FROM coded")) == [(1,), (2,), (3,)]
    evolution.back(keyed)
    assert evolution.rows("SELECT code, n FROM coded ORDER BY n") == [("b", 1), ("a", 2), ("c", 3)]


def chosen(db: SQLAlchemy) -> None:
    """The number is chosen by the application."""
    counted(db)
    db.metadata.tables["coded"].c.id.autoincrement = False


@pytest.mark.requires("alter_column")
def test_chosen_number_goes(evolution: Evolution) -> None:
    """Nobody can tell the numbers that rows would need when it comes back: the script says so.

    SQLite gives every number of a key itself.
    """
    evolution.begin(chosen, "INSERT INTO coded (id, code) VALUES (7, 'b')")
    evolution.follow(keyed)
    assert "Not every table with rows takes that: it is in the primary key." in evolution.script
    evolution.back(chosen)
    assert evolution.rows("SELECT code FROM coded") == [("b",)]


def _two(key: str, *, counts: bool) -> Models:
    """A table of two columns, of which one is the key, and the other may be NULL."""

    def models(db: SQLAlchemy) -> None:
        sure = {name: name == key or None for name in ("n", "code")}
        number = sa.Column("n", sa.Integer, primary_key=sure["n"], autoincrement=counts)
        code = sa.Column("code", sa.String(10), primary_key=sure["code"])
        db.Table("two", number, code)

    return models


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("counts", [False, True], ids=["chosen", "counts"])
def test_key_may_be_null(evolution: Evolution, *, counts: bool) -> None:
    """A column that is no key any more may be NULL when that has gone."""
    before = _two("n", counts=counts)
    evolution.begin(before, "INSERT INTO two VALUES (7, 'a')")
    evolution.follow(_two("code", counts=False))
    evolution.back(before)
    assert evolution.rows("SELECT * FROM two") == [(7, "a")]


@pytest.mark.requires("auto_increment")
def test_other_number_counts(evolution: Evolution) -> None:
    """A number that was only unique becomes the key, and counts when it is that."""

    def before(db: SQLAlchemy) -> None:
        number = sa.Column("n", sa.Integer, nullable=False, unique=True)
        db.Table("two", sa.Column("code", sa.String(10), primary_key=True), number)

    evolution.begin(before, "INSERT INTO two VALUES ('a', 7)")
    evolution.follow(_two("n", counts=True))
    evolution.now.execute("INSERT INTO two (code) VALUES ('b')")
    assert evolution.rows("SELECT n FROM two ORDER BY n") == [(7,), (8,)]
    evolution.back(before)
    assert evolution.rows("SELECT n FROM two ORDER BY n") == [(7,), (8,)]


def test_number_that_comes_is_no_required_column(local: Evolution) -> None:
    """SQLite numbers rows by an integer that is the primary key: old code goes on inserting."""

    def tagged(db: SQLAlchemy) -> None:
        db.Table("tagged", sa.Column("tag", sa.Integer, primary_key=True, autoincrement=False))

    def numbered(db: SQLAlchemy) -> None:
        tag = sa.Column("tag", sa.Integer, nullable=False)
        db.Table("tagged", sa.Column("id", sa.Integer, primary_key=True), tag)

    local.begin(tagged, "INSERT INTO tagged (tag) VALUES (5)")
    answer = local.migrate(numbered)
    assert answer.exit_code == 0, answer.output
    assert "required-column" not in answer.output


def test_required_column_has_its_type(local: Evolution) -> None:
    """The advice on a column of a table that is written anew says the whole column."""

    def tagged(db: SQLAlchemy) -> None:
        db.Table("tagged", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Text))

    def longer(db: SQLAlchemy) -> None:
        name = sa.Column("n", sa.Text, nullable=False)
        tag = sa.Column("tag", sa.String(7), sa.ForeignKey("tagged.id"), nullable=False)
        db.Table("tagged", sa.Column("id", sa.Integer, primary_key=True), name, tag)

    local.begin(tagged)
    assert "ADD COLUMN tag VARCHAR(7)" in local.migrate(longer).output


def _keys(*names: str, length: int | None = 20) -> Models:
    """A table with such a key, of which ``code`` is a text, and no other column but ``n``."""

    def models(db: SQLAlchemy) -> None:
        kinds = {name: sa.String(length) if name == "code" else sa.Integer() for name in names}
        counts = names == ("id",)
        made = (sa.Column(name, kind, autoincrement=counts) for name, kind in kinds.items())
        key = sa.PrimaryKeyConstraint(*names, name="key_of_t")
        db.Table("t", *made, sa.Column("n", sa.Integer), key)

    return models


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (_keys("code"), _keys("id"), ""),
        (_keys("code", length=5), _keys("id"), "it is in the primary key"),
        (_keys("code", "part"), _keys("id"), ""),
        (_keys("part", "code"), _keys("part"), ""),
        (_keys("part"), _keys("id"), ""),
    ],
    ids=["text", "short", "two", "one more", "number"],
)
def test_another_value_in_each_row(
    evolution: Evolution, before: Models, after: Models, said: str
) -> None:
    """The key that goes in a downgrade tells rows apart while the old one comes back."""
    rows = {
        name: ["1", "2"] if name == "part" else [f"'{name}'", f"'{name}2'"]
        for name in ("part", "code")
    }
    db = SQLAlchemy()
    before(db)
    names = [each.name for each in db.metadata.tables["t"].c if each.name in rows]
    values = (", ".join(rows[name][n] for name in names) for n in (0, 1))
    statement = f"INSERT INTO t ({', '.join(names)}, n) VALUES "
    evolution.begin(before, statement + ", ".join(f"({each}, 3)" for each in values))
    evolution.follow(after, "--no-rename", "*")
    evolution.back(before)
    assert evolution.rows("SELECT n FROM t") == [(3,), (3,)]
    assert ("Not every table with rows takes that" in evolution.script) == bool(said)
    assert said in evolution.script


def test_part_that_refers(evolution: Evolution) -> None:
    """A part of the key that refers to other rows comes back with one that is there."""

    def models(*names: str) -> Models:
        def made(db: SQLAlchemy) -> None:
            for name in "ab":
                db.Table(name, sa.Column("id", sa.Integer, primary_key=True))
            keys = {name: sa.ForeignKey(f"{name}.id", name=f"to_{name}") for name in names}
            columns = (sa.Column(name, sa.Integer, key) for name, key in keys.items())
            key = sa.PrimaryKeyConstraint(*names, name="key_of_pair")
            db.Table("pair", *columns, key)

        return made

    rows = (f"INSERT INTO {name} VALUES (3), (4)" for name in "ab")
    evolution.begin(models("a", "b"), *rows, "INSERT INTO pair VALUES (3, 4), (4, 4)")
    answer = evolution.follow(models("a"))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT a, b FROM pair ORDER BY a") == [(3, 3), (4, 3)]
