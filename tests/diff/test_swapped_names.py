"""Names that are unique in a schema, and change places between tables: of indexes, and of what
stands on one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _models(column: str = "a", /, **own: Any) -> Models:
    """Tables with one thing that has a name, which is an index if that is all that is said."""

    def models(db: SQLAlchemy) -> None:
        for table, what in own.items():
            name = column if table == "cats" else "a"
            thing = what(name) if callable(what) else sa.Index(what, name) if what else None
            more = [] if thing is None else [thing]
            db.Table(table, _id(), sa.Column(name, sa.Integer), *more)

    return models


def _unique(name: str) -> Callable[[str], sa.UniqueConstraint]:
    return lambda column: sa.UniqueConstraint(column, name=name)


ROWS = ("INSERT INTO cats VALUES (1, 1)", "INSERT INTO dogs VALUES (1, 1)")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"cats": "ix_1", "dogs": "ix_2"}, {"cats": "ix_2", "dogs": "ix_1"}),
        ({"cats": _unique("u_1"), "dogs": _unique("u_2")},) * 2,
        ({"cats": _unique("u_1"), "dogs": "ix_2"}, {"cats": _unique("ix_2"), "dogs": "u_1"}),
        (
            {"cats": "ix_1", "dogs": "ix_2", "hens": "ix_3"},
            {"cats": "ix_2", "dogs": "ix_3", "hens": "ix_1"},
        ),
        (
            {"cats": "ix_1", "dogs": "ix_2", "hens": "ix_3"},
            {"cats": "ix_2", "dogs": "ix_3", "hens": "ix_4"},
        ),
    ],
    ids=["indexes", "uniques", "both", "three", "on"],
)
def test_two_tables(evolution: Evolution, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Each gets the name of the other one, or of the next, and back."""
    if before is after:
        after = {"cats": before["dogs"], "dogs": before["cats"]}
    evolution.begin(_models(**before), *ROWS)
    evolution.follow(_models(**after))
    evolution.back(_models(**before))
    assert evolution.rows("SELECT id, a FROM cats") == [(1, 1)]


@pytest.mark.parametrize(
    "after",
    [
        {"cats": "ix_2", "dogs": "ix_1"},
        {"cats": "ix_2", "dogs": "ix_3"},
        {"cats": "ix_2", "dogs": None},
        {"cats": "ix_2"},
    ],
    ids=["swap", "renamed", "dropped", "with its table"],
)
def test_of_a_renamed_column(evolution: Evolution, after: dict[str, Any]) -> None:
    """An index follows its column under a name that another table gives free."""
    before = _models(cats="ix_1", dogs="ix_2")
    evolution.begin(before, *ROWS)
    evolution.follow(_models("b", **after), "--rename", "cats.a:cats.b", "--allow-drop")
    evolution.back(before)
    assert evolution.rows("SELECT id, a FROM cats") == [(1, 1)]


def test_of_another_kind(evolution: Evolution) -> None:
    """A name goes to what is renamed, while its own goes to what is made."""

    def other(db: SQLAlchemy) -> None:
        columns = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        db.Table("cats", _id(), *columns, sa.Index("ix_2", "b"))
        db.Table("dogs", _id(), sa.Column("a", sa.Integer), sa.Index("ix_1", "a"))

    def before(db: SQLAlchemy) -> None:
        columns = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        db.Table("cats", _id(), *columns, sa.Index("ix_1", "a"))
        db.Table("dogs", _id(), sa.Column("a", sa.Integer), sa.Index("ix_2", "a"))

    evolution.begin(before)
    evolution.follow(other)
    evolution.back(before)


def test_of_a_table_that_goes(evolution: Evolution) -> None:
    """One of two that change names goes with its table, the other one stands on a new table."""
    before, after = _models(cats="ix_1", dogs="ix_2"), _models(cats="ix_2", hens="ix_1")
    evolution.begin(before)
    evolution.follow(after, "--no-rename", "*", "--allow-drop")
    evolution.back(before)


def _exclusions(first: str, *others: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        for table, names in (("cats", (first,)), ("dogs", others)):
            alike = [ExcludeConstraint(("a", "&&"), name=name) for name in names]
            db.Table(table, _id(), sa.Column("a", INT4RANGE), *alike)

    return models


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize(
    ("before", "after"),
    [(("x_1", "x_2"), ("x_2", "x_1")), (("x_1", "x_2"), ("x_1", "x_4"))],
)
def test_exclusions(evolution: Evolution, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """What excludes rows gets another name, and is not made anew for it."""
    evolution.begin(_exclusions(*before))
    evolution.follow(_exclusions(*after))
    assert "EXCLUDE" not in evolution.script
    assert _names(evolution) == sorted(after)
    evolution.back(_exclusions(*before))
    assert _names(evolution) == sorted(before)


def _names(evolution: Evolution) -> list[Any]:
    found = evolution.rows("SELECT conname FROM pg_constraint WHERE contype = 'x' ORDER BY 1")
    return [name for (name,) in found]


@pytest.mark.parametrize("table", ["cats", "dogs"], ids=["its old name", "its new one"])
def test_columns_of_tables_that_change_places(evolution: Evolution, table: str) -> None:
    """A column's table is called as it was or as it will be: the new name says which is meant."""

    def models(one: str, two: str, name: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table(one, key, sa.Column(name, sa.String(20)))
            db.Table(two, sa.Column("id", sa.Integer, primary_key=True))

        return declare

    evolution.begin(models("cats", "dogs", "old"), "INSERT INTO cats VALUES (1, 'a')")
    swap = ("--rename-table", "cats:dogs", "--rename-table", "dogs:cats")
    evolution.follow(models("dogs", "cats", "new"), *swap, "--rename", f"{table}.old:dogs.new")
    assert evolution.rows("SELECT new FROM dogs") == [("a",)]
