"""Column types of the application's own, and of other databases, in a script that runs."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql, postgresql

from .conftest import Evolution


class Money(sa.types.TypeDecorator[Any]):
    """Its arguments are not those of the type that it stands on."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, places: int = 2) -> None:
        super().__init__(18, places)
        self.places = places


class Lower(sa.types.TypeDecorator[str]):
    impl = sa.String
    cache_ok = True


class Secret(sa.types.TypeDecorator[str]):
    """Nothing that can be written makes it again: what the database sees of it must do."""

    impl = sa.String
    cache_ok = True

    def __init__(self, key: object) -> None:
        if key is None:
            raise ValueError("no key")
        super().__init__(60)
        self._key = key


class Letter(sa.types.TypeDecorator[str]):
    """On PostgreSQL a type that has to be made, once."""

    impl = sa.Enum
    cache_ok = True

    def __init__(self) -> None:
        super().__init__("a", "it's", name="letter")


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def before(db: SQLAlchemy) -> None:
    db.Table("item", _id())


@pytest.mark.parametrize(
    ("type_", "written"),
    [
        (Money(4), f"{__name__}.Money(places=4)"),
        (Money(), f"{__name__}.Money()"),
        (Lower(80), f"{__name__}.Lower(length=80)"),
        (Secret(object()), "sa.String(length=60)"),
        (Money(3).with_variant(sa.Float(), "oracle"), f"{__name__}.Money(places=3)"),
    ],
    ids=["own arguments", "default", "of the impl", "unwritable", "variant"],
)
class TestOwn:
    def test_column(self, evolution: Evolution, type_: Any, written: str) -> None:
        """A new column: the script imports the type's module."""

        def after(db: SQLAlchemy) -> None:
            db.Table("item", _id(), sa.Column("price", type_))

        evolution.begin(before)
        evolution.follow(after)
        assert written in evolution.script
        evolution.back(before)

    def test_table(self, local: Evolution, type_: Any, written: str) -> None:
        """The same in a new table."""

        def after(db: SQLAlchemy) -> None:
            before(db)
            db.Table("more", _id(), sa.Column("price", type_))

        local.begin(before)
        local.follow(after)
        assert written in local.script


def test_types_of_other_databases(evolution: Evolution) -> None:
    """A variant is written whole, with the types inside of it."""

    def after(db: SQLAlchemy) -> None:
        binary = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
        long = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
        db.Table("item", _id(), sa.Column("data", binary), sa.Column("body", long))

    evolution.begin(before)
    evolution.follow(after)
    assert "JSONB(astext_type=sa.Text())" in evolution.script
    evolution.back(before)


def test_a_type_of_another_database_with_variants(evolution: Evolution) -> None:
    """What is common: an array where there are arrays, JSON everywhere else."""

    def after(db: SQLAlchemy) -> None:
        others = ("sqlite", "mysql", "mariadb")
        words = postgresql.ARRAY(sa.String(5)).with_variant(sa.JSON(), *others)
        amounts = postgresql.ARRAY(Money(4)).with_variant(sa.JSON(), *others)
        db.Table("item", _id(), sa.Column("words", words), sa.Column("amounts", amounts))

    evolution.begin(before)
    evolution.follow(after)
    assert "postgresql.ARRAY(sa.String(length=5))" in evolution.script
    evolution.back(before)


def test_own_enumeration(evolution: Evolution) -> None:
    """An enumeration behind a type of the application's own is made once: with a table, too."""

    def after(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("letter", Letter(), server_default="it's"))
        db.Table("more", _id(), sa.Column("letter", Letter()))

    evolution.begin(before)
    evolution.follow(after)
    evolution.back(before)


def test_prefix_of_the_project(local: Evolution) -> None:
    """A project that says how its types are written is not contradicted."""

    def after(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("price", Lower(80)))

    local.begin(before)
    local.migrate(after, user_module_prefix="mine.")
    assert "mine.Lower(length=80)" in local.script
    assert f"import {__name__}" not in local.script


@pytest.mark.parametrize(
    "impl",
    [sa.LargeBinary(300), sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")],
    ids=["length", "variant"],
)
def test_pickles(evolution: Evolution, impl: Any) -> None:
    """What a pickle is stored in is said with it."""

    def after(db: SQLAlchemy) -> None:
        db.Table("item", _id(), sa.Column("data", sa.PickleType(impl=impl)))

    evolution.begin(before)
    evolution.follow(after)
    assert "sa.PickleType(impl=sa.LargeBinary(" in "".join(evolution.script.split())
    evolution.back(before)
