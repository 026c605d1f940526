"""What is asked of rows is asked of them as they will be: converted, and filled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def one_table(kind: Any, *more: Callable[[], Any], **options: Any) -> Models:
    """A table with a column of a type, and what else is said of it."""

    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, **options), *(one() for one in more))

    return models


def unique_a() -> Any:
    return sa.UniqueConstraint("a", name="uq_a")


def _index() -> Any:
    return sa.Index("uq_a", "a", unique=True)


def _pair() -> Any:
    return sa.UniqueConstraint("id", "a", name="uq_a")


def large_a() -> Any:
    return sa.CheckConstraint("a > 5", name="ck_a")


def _begin(evolution: Evolution, models: Models, *values: str) -> None:
    rows = ", ".join(f"({number}, {value})" for number, value in enumerate(values, 1))
    evolution.begin(models, f"INSERT INTO t (id, a) VALUES {rows}")


TYPES: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "number": (sa.Numeric(5, 2), sa.Integer(), ("1.2", "1.3")),
    "float": (sa.Float(), sa.Integer(), ("1.26", "1.34", "NULL", "NULL")),
    "date": (sa.DateTime(), sa.Date(), ("'2024-01-01 10:00:00'", "'2024-01-01 11:00:00'")),
    "text": (sa.String(40), sa.Integer(), ("'1'", "' 1'")),
    "moment": (sa.String(40), sa.DateTime(), ("'2024-01-01'", "'2024-01-01 00:00:00'")),
}


@pytest.mark.parametrize("had", [None, unique_a, _index], ids=["new", "constraint", "index"])
@pytest.mark.parametrize("kind", TYPES)
def test_become_the_same(evolution: Evolution, had: Any, kind: str) -> None:
    """What is another value now may be the same one afterwards, which a unique key forbids."""
    old, new, values = TYPES[kind]
    _begin(evolution, one_table(old, *([had] if had else [])), *values)
    after = one_table(new, had or unique_a)
    answer = evolution.migrate(after)
    assert answer.exit_code == 1
    assert "1 row of t has the same a as another row" in answer.output, answer.output
    evolution.now.execute("DELETE FROM t WHERE id = 1")
    evolution.follow(after)


@pytest.mark.parametrize("had", [(), (_pair,)], ids=["none", "other columns"])
@pytest.mark.parametrize("kind", TYPES)
def test_may_become_the_same(evolution: Evolution, had: Any, kind: str) -> None:
    """Without a key, or where a row differs in another column of it, values may be alike."""
    old, new, values = TYPES[kind]
    _begin(evolution, one_table(old, *had), *values)
    evolution.follow(one_table(new, *had))


def test_key_that_goes(evolution: Evolution) -> None:
    """A unique index that is dropped refuses nothing any more."""
    _begin(evolution, one_table(sa.Float(), _index), "1.26", "1.34")
    evolution.follow(one_table(sa.Integer()))


@pytest.mark.requires("strict_values")
def test_fewer_digits(evolution: Evolution) -> None:
    """SQLite keeps all digits; others round."""
    _begin(evolution, one_table(sa.Numeric(8, 2), _index), "1.26", "1.34")
    answer = evolution.migrate(one_table(sa.Numeric(8, 1), _index))
    assert "1 row of t has the same a as another row" in answer.output, answer.output


def test_collation_of_sqlite(local: Evolution) -> None:
    """Texts that another collation takes for the same."""
    _begin(local, one_table(sa.String(9), _index), "'a'", "'A'")
    answer = local.migrate(one_table(sa.String(9, collation="NOCASE"), _index))
    assert "1 row of t has the same a as another row" in answer.output, answer.output


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize("had", [(), (unique_a,)], ids=["new", "kept"])
def test_collation(evolution: Evolution, had: Any) -> None:
    """The same with texts that another collation takes for the same."""
    old, new = (mysql.VARCHAR(9, collation=name) for name in ("utf8mb4_bin", "utf8mb4_general_ci"))
    _begin(evolution, one_table(old, *had), "'a'", "'A'")
    answer = evolution.migrate(one_table(new, unique_a))
    assert answer.exit_code == 1
    assert "1 row of t has the same a as another row" in answer.output, answer.output


def test_filled_alike(evolution: Evolution) -> None:
    """What all rows get is the same in all of them."""
    _begin(evolution, one_table(sa.String(9)), "NULL", "NULL", "'b'")
    after = one_table(sa.String(9), unique_a, nullable=False)
    answer = evolution.migrate(after, "--fill", "t.a=50% of it's: all")
    assert answer.exit_code == 1
    assert "1 row of t has the same a as another row" in answer.output, answer.output
    evolution.now.execute("DELETE FROM t WHERE id = 1")
    evolution.follow(after, "--fill", "t.a=c")


def test_filled_against_a_check(evolution: Evolution) -> None:
    """A value that a new CHECK forbids."""
    _begin(evolution, one_table(sa.Integer()), "NULL", "7")
    answer = evolution.migrate(one_table(sa.Integer(), large_a, nullable=False, default=1))
    assert answer.exit_code == 1
    assert "1 row of t violates the check ck_a" in answer.output, answer.output
    evolution.follow(one_table(sa.Integer(), large_a, nullable=False, default=6))


def test_check_of_a_number(evolution: Evolution) -> None:
    """A text is compared as the number that it becomes."""
    _begin(evolution, one_table(sa.String(9)), "'10'", "'7'", "'3'")
    after = one_table(sa.Integer(), large_a)
    answer = evolution.migrate(after)
    assert answer.exit_code == 1
    assert "1 row of t violates the check ck_a" in answer.output, answer.output
    evolution.now.execute("DELETE FROM t WHERE id = 3")
    evolution.follow(after)


@pytest.mark.parametrize("kind", [sa.Integer(), sa.Float(), sa.Numeric(5, 2)], ids=repr)
def test_check_of_a_text(evolution: Evolution, kind: Any) -> None:
    """A number is compared as the text that it becomes: no server takes 0 for an empty one."""

    def filled() -> Any:
        return sa.CheckConstraint("a <> ''", name="ck_a")

    _begin(evolution, one_table(kind), "0", "7")
    evolution.follow(one_table(sa.String(9), filled))


def test_with_a_new_column(evolution: Evolution) -> None:
    """A unique key that also reads a new column is not asked about: that has no values yet."""

    def after(db: SQLAlchemy) -> None:
        columns = [sa.Column("a", sa.BigInteger()), sa.Column("b", sa.Integer())]
        key = sa.UniqueConstraint("a", "b", name="uq_a")
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns, key)

    _begin(evolution, one_table(sa.Integer()), "1", "1")
    evolution.follow(after)
