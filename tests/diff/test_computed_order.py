"""Generated columns that come and go together with the columns that they read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _kept(db: SQLAlchemy) -> None:
    db.Table("price", sa.Column("id", sa.Integer, primary_key=True))


def _models(*columns: tuple[str, str]) -> Callable[[SQLAlchemy], None]:
    """Columns in this order, each with the one that it reads; "" means that it is a plain one."""

    def models(db: SQLAlchemy) -> None:
        made = [
            sa.Column(name, sa.BigInteger, sa.Computed(sa.column(reads) + 1, persisted=True))
            if reads
            else sa.Column(name, sa.Integer)
            for name, reads in columns
        ]
        db.Table("price", sa.Column("id", sa.Integer, primary_key=True), *made)

    return models


@pytest.mark.parametrize("reads", [("net", "gross"), ("gross", "net"), ("Net sum", "with tax")])
@pytest.mark.parametrize("is_first", [False, True])
def test_both_go_and_come(evolution: Evolution, reads: tuple[str, str], *, is_first: bool) -> None:
    """Whatever they are called, and in which order the model has them."""
    plain, computed = (reads[0], ""), (reads[1], reads[0])
    both = _models(computed, plain) if is_first else _models(plain, computed)
    evolution.begin(both, "INSERT INTO price (id) VALUES (1)")
    evolution.follow(_kept)
    evolution.back(both)
    evolution.now.ok("upgrade")
    evolution.follow(both)
    evolution.back(_kept)


@pytest.mark.parametrize("kind", [sa.BigInteger(), sa.String(20)], ids=str)
def test_it_goes_and_the_other_changes(
    evolution: Evolution, kind: sa.types.TypeEngine[int]
) -> None:
    """With its index and its CHECK."""

    def before(db: SQLAlchemy) -> None:
        _models(("a", ""), ("b", "a"))(db)
        table = db.metadata.tables["price"]
        sa.Index("ix_b", table.c.b)
        table.append_constraint(sa.CheckConstraint("b > 0", name="ck_b"))

    def after(db: SQLAlchemy) -> None:
        db.Table("price", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind))

    evolution.begin(before, "INSERT INTO price (id, a) VALUES (1, 2)")
    evolution.follow(after)
    evolution.back(before)
    assert evolution.rows("SELECT a, b FROM price") == [(2, 3)]


@pytest.mark.parametrize("stays", [False, True])
def test_the_other_is_filled_in_its_new_type(evolution: Evolution, *, stays: bool) -> None:
    """Which it gets before everything else that is done to the table."""
    before = _models(("a", ""), ("b", "a"))
    evolution.begin(before, "INSERT INTO price (id, a) VALUES (1, 2), (2, NULL)")

    def after(db: SQLAlchemy) -> None:
        a = sa.Column("a", sa.String(20), nullable=False)
        more = [sa.Column("b", sa.String(20), sa.Computed("a", persisted=True))] if stays else []
        db.Table("price", sa.Column("id", sa.Integer, primary_key=True), a, *more)

    evolution.follow(after, "--fill", "price.a=7")
    assert evolution.rows("SELECT a FROM price ORDER BY id") == [("2",), ("7",)]
    evolution.back(before)
    assert evolution.rows("SELECT a, b FROM price ORDER BY id") == [(2, 3), (7, 8)]


def test_another_one_is_read(evolution: Evolution) -> None:
    """The one that was read goes in the same step, and the one that is read now is new."""
    before = _models(("old", ""), ("reader", "old"))
    evolution.begin(before, "INSERT INTO price (id, old) VALUES (1, 2)")
    evolution.follow(_models(("new", ""), ("reader", "new")), "--no-rename", "price.old")
    evolution.back(before)


@pytest.mark.requires("auto_increment")
def test_one_reads_the_other(evolution: Evolution) -> None:
    """Where a generated column may read another one."""
    three = _models(("a", ""), ("c", "a"), ("b", "c"))
    evolution.begin(three, "INSERT INTO price (id, a) VALUES (1, 2)")
    evolution.follow(_kept)
    evolution.back(three)
    evolution.now.ok("upgrade")
    evolution.follow(three)
    evolution.now.execute("UPDATE price SET a = 3")
    assert evolution.rows("SELECT b FROM price") == [(5,)]
