"""What speaks of a function that comes in the same revision is compared all the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import Function

from .conftest import Evolution

pytestmark = pytest.mark.requires("schemas")

_SURE = "CREATE FUNCTION sure({}) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT {}'"


def _table(db: SQLAlchemy, check: str) -> None:
    key = sa.Column("id", sa.Integer, primary_key=True)
    says = [sa.CheckConstraint(check, name="ck_sure")] if check else []
    where = sa.text(check or "age > 5")
    by_age = sa.Index("ix_age", "age", postgresql_where=where)
    db.Table("folk", key, sa.Column("age", sa.Integer), *says, by_age)


def _without(db: SQLAlchemy) -> None:
    _table(db, "")


def _with_one(db: SQLAlchemy) -> None:
    Function("sure", db, _SURE.format("a integer", "a > 0"), before_tables=True)
    _table(db, "sure(age)")


def _with_two(db: SQLAlchemy) -> None:
    Function("sure", db, _SURE.format("a integer, b integer", "a > b"), before_tables=True)
    _table(db, "sure(age, 1)")


def test_new(evolution: Evolution) -> None:
    """A function comes together with a CHECK and an index that call it, and goes with them."""
    evolution.begin(_without, "INSERT INTO folk VALUES (1, 7)")
    evolution.follow(_with_one)
    assert "ck_sure" in evolution.script
    assert "ix_age" in evolution.script
    evolution.back(_without)
    assert evolution.rows("SELECT id, age FROM folk") == [(1, 7)]


def test_with_other_arguments(evolution: Evolution) -> None:
    """The new one is there before the CHECK calls it, and the old one goes after that."""
    evolution.begin(_with_one, "INSERT INTO folk VALUES (1, 7)")
    answer = evolution.migrate(_with_two)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout
    evolution.now.ok("upgrade")
    evolution.now.ok("downgrade")
    with pytest.raises(sa.exc.IntegrityError):
        evolution.now.execute("INSERT INTO folk VALUES (2, 0)")


def test_by_a_statement(evolution: Evolution) -> None:
    """The same for a function that SQLAlchemy's own DDL makes."""

    def after(db: SQLAlchemy) -> None:
        made = _SURE.format("a integer", "a > 0")
        sa.event.listen(db.metadata, "before_create", sa.DDL(made))
        _table(db, "sure(age)")

    evolution.begin(_without)
    evolution.migrate(after)
    assert "ck_sure" in evolution.script
    evolution.now.ok("upgrade")
    evolution.now.ok("downgrade")
