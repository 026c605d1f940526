"""A value that is typed for a type of the application's own is the one that rows get."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


class YesNo(sa.types.TypeDecorator[bool]):
    """Kept as a letter."""

    impl = sa.CHAR(1)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else "NY"[bool(value)]

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else value == "Y"


class Words(sa.types.TypeDecorator[list[str]]):
    """Kept in one text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else ",".join(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else value.split(",")


class Cents(sa.types.TypeDecorator[Decimal]):
    """Kept as a whole number."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else int(value * 100)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else Decimal(value) / 100


class Loud(sa.types.TypeDecorator[str]):
    """Says nothing of what it reads."""

    impl = sa.String(20)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value and value.upper()


def _models(kind: Any, *, nullable: bool) -> Models:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, nullable=nullable))

    return models


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (YesNo(), "N", "N"),
        (YesNo(), "Y", "Y"),
        (Words(), "one,two", "one,two"),
        (Cents(), "150", 15000),
        (Loud(), "yes", "YES"),
    ],
    ids=["no", "yes", "words", "cents", "loud"],
)
def test_typed(local: Evolution, kind: Any, typed: str, stored: Any) -> None:
    """As the application means it, where that can be read; or else as it is kept."""
    local.begin(_models(kind, nullable=True), "INSERT INTO t (id) VALUES (1)")
    local.follow(_models(kind, nullable=False), "--fill", f"t.a={typed}")
    assert local.rows("SELECT a FROM t") == [(stored,)]


def test_neither(local: Evolution) -> None:
    """What the type would make something else of is refused."""
    local.begin(_models(YesNo(), nullable=True), "INSERT INTO t (id) VALUES (1)")
    answer = local.migrate(_models(YesNo(), nullable=False), "--fill", "t.a=perhaps")
    assert answer.exit_code != 0
    assert "'perhaps' is no value for t.a" in answer.output, answer.output


@pytest.mark.parametrize("is_there", [True, False], ids=["there", "new"])
def test_pickled(evolution: Evolution, *, is_there: bool) -> None:
    """A default that is pickled is a value like any other, also with quotes in it."""
    value = {"a": ["it's", b"\x00\\%"]}

    def after(db: SQLAlchemy) -> None:
        column = sa.Column("a", sa.PickleType, nullable=False, default=value)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), column)

    def before(db: SQLAlchemy) -> None:
        column = [sa.Column("a", sa.PickleType)] if is_there else []
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *column)

    evolution.begin(before, "INSERT INTO t (id) VALUES (1)")
    evolution.follow(after)
    with evolution.database.engine() as engine, engine.connect() as connection:
        kept = sa.table("t", sa.column("a", sa.PickleType))
        assert connection.scalars(sa.select(kept.c.a)).all() == [value]
    evolution.back(before)


class Document(sa.types.TypeDecorator[Any]):
    """Kept as JSON where there is a good one."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        is_one = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.JSONB() if is_one else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else json.loads(value)


class Plain(sa.types.TypeDecorator[Any]):
    """JSON by another name."""

    impl = sa.JSON
    cache_ok = True


@pytest.mark.parametrize("kind", [Document(), Plain()], ids=["some", "all"])
def test_kept_as_json(evolution: Evolution, kind: Any) -> None:
    """JSON is read as such, and a type that can't have a default gets none on the way."""

    def models(*kinds: Any) -> Models:
        def declare(db: SQLAlchemy) -> None:
            new = [sa.Column("v", kind, nullable=False) for kind in kinds]
            db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *new)

        return declare

    evolution.begin(models(), "INSERT INTO t VALUES (1)")
    evolution.follow(models(kind), "--fill", "t.v=[1]")
    ((value,),) = evolution.rows("SELECT v FROM t")
    assert value in ([1], "[1]", json.dumps("[1]"))
    evolution.follow(models())
    evolution.now.ok("downgrade")
    assert len(evolution.rows("SELECT v FROM t")) == 1
