"""A natural key that rows of others refer to gives way to a number: its values are gone then."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution
from .pairs import CONVENTION

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _name(db: SQLAlchemy) -> None:
    db.metadata.naming_convention = CONVENTION  # type: ignore[assignment]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _natural(*, refers: bool = False, **more: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        _name(db)
        code = sa.Column("code", sa.String(2), primary_key=True)
        db.Table("country", code, sa.Column("name", sa.String(20), **more))
        key = sa.ForeignKey("country.code", name="fk_code")
        db.Table("city", _id(), sa.Column("country_code", key, nullable=not refers))

    return models


def _numbered(*columns: str, code: bool = False, **more: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        _name(db)
        codes = [sa.Column("code", sa.String(2), nullable=False)] if code else []
        db.Table("country", _id(), *codes, sa.Column("name", sa.String(20), **more))
        number = sa.Column("country_id", sa.ForeignKey("country.id", name="fk_id"))
        made = {"country_code": sa.Column("country_code", sa.String(2)), "country_id": number}
        db.Table("city", _id(), *(made[name] for name in columns))

    return models


ROWS = (
    "INSERT INTO country (code, name) VALUES ('de', 'D'), ('fr', 'F')",
    "INSERT INTO city VALUES (1, 'de'), (2, 'fr'), (3, 'fr')",
)


@pytest.mark.parametrize("columns", [("country_code",), ("country_code", "country_id")])
def test_what_rows_refer_to_comes_back(evolution: Evolution, columns: tuple[str, ...]) -> None:
    """Rows whose key is gone have another one; those that others refer to are made anew."""
    evolution.begin(_natural(), *ROWS, "INSERT INTO city VALUES (4, NULL)")
    answer = evolution.follow(_numbered(*columns), "--no-rename", "*")
    assert _PROVED in answer.stdout
    evolution.back(_natural())
    wanted = [(1, "de"), (2, "fr"), (3, "fr"), (4, None)]
    assert evolution.rows("SELECT id, country_code FROM city ORDER BY id") == wanted
    found = evolution.rows("SELECT code, name FROM country ORDER BY code")
    assert found == [("1", "D"), ("2", "F"), ("de", None), ("fr", None)]
    evolution.now.execute("INSERT INTO city VALUES (5, '1')")


def test_a_row_is_made_in_full(evolution: Evolution) -> None:
    """What may not be NULL in it, and is unique, has a value of each row."""
    more = {"nullable": False, "unique": True}
    evolution.begin(_natural(**more), *ROWS)
    evolution.follow(_numbered("country_code", **more), "--no-rename", "*")
    evolution.back(_natural(**more))
    found = evolution.rows("SELECT code, name FROM country ORDER BY code")
    assert found == [("1", "D"), ("2", "F"), ("de", "de"), ("fr", "fr")]


@pytest.mark.parametrize("refers", [True, False])
@pytest.mark.parametrize("code", [True, False])
def test_both_come_back(evolution: Evolution, refers: bool, code: bool) -> None:
    """The key, and the column that refers to it; or the key was there all the time."""
    evolution.begin(_natural(refers=refers), *ROWS)
    evolution.follow(_numbered("country_id", code=code), "--no-rename", "*")
    evolution.back(_natural(refers=refers))
    orphans = (
        "SELECT count(*) FROM city WHERE country_code IS NOT NULL"
        " AND country_code NOT IN (SELECT code FROM country)"
    )
    assert evolution.rows(orphans) == [(0,)]
    assert evolution.rows("SELECT count(*) FROM country WHERE name IN ('D', 'F')") == [(2,)]


def test_several_columns(evolution: Evolution) -> None:
    """A key of two, of which one goes."""

    def before(db: SQLAlchemy) -> None:
        _name(db)
        key = (sa.Column(name, sa.Integer, primary_key=True) for name in ("a", "b"))
        db.Table("pair", *key, sa.Column("note", sa.String(9)))
        columns = (sa.Column(name, sa.Integer) for name in ("a", "b"))
        both = sa.ForeignKeyConstraint(["a", "b"], ["pair.a", "pair.b"], name="fk_pair")
        db.Table("user", _id(), *columns, both)

    def after(db: SQLAlchemy) -> None:
        _name(db)
        key = sa.Column("a", sa.Integer, primary_key=True, autoincrement=False)
        db.Table("pair", key, sa.Column("note", sa.String(9)))
        columns = (sa.Column(name, sa.Integer) for name in ("a", "b"))
        db.Table("user", _id(), *columns)

    evolution.begin(before, "INSERT INTO pair VALUES (1, 2, 'x'), (3, 4, 'y')")
    with evolution.now.context():
        user = evolution.now.db.metadata.tables["user"]
        with evolution.now.db.engine.begin() as connection:
            connection.execute(user.insert().values(id=7, a=3, b=4))
    evolution.follow(after, "--no-rename", "*")
    evolution.back(before)
    assert (3, 4, None) in evolution.rows("SELECT a, b, note FROM pair")
