"""What goes with a column's change is gone before rows get values that it would refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _models(kind: Any, check: tuple[str, str] | None = None, **options: Any) -> Models:
    """A table with a column ``a`` of a type, and perhaps the text and the name of a CHECK."""

    def models(db: SQLAlchemy) -> None:
        checks = [sa.CheckConstraint(check[0], name=check[1])] if check else []
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, **options), *checks)

    return models


def test_a_check_and_a_type(evolution: Evolution) -> None:
    """The old CHECK makes no sense of what the column is then."""
    before = _models(sa.String(10), ("a <> ''", "ck_a"))
    after = _models(sa.Numeric(10, 2), ("a > 0", "ck_b"), nullable=False, server_default="9.5")
    evolution.begin(before, "INSERT INTO t (id, a) VALUES (1, '12.5'), (2, NULL)")
    evolution.follow(after)
    numbers = [float(str(row[0])) for row in evolution.rows("SELECT a FROM t ORDER BY id")]
    assert numbers == [12.5, 9.5]
    evolution.back(before)


def test_a_check_and_a_value(evolution: Evolution) -> None:
    """The new CHECK allows the value that NULLs become, and the old one did not."""
    before = _models(sa.String(10), ("a IN ('x', 'y')", "ck_a"))
    allowed = ("a IN ('x', 'y', 'z')", "ck_a")
    after = _models(sa.String(10), allowed, nullable=False, server_default="z")
    evolution.begin(before, "INSERT INTO t (id, a) VALUES (1, 'x'), (2, NULL)")
    evolution.follow(after)
    assert evolution.rows("SELECT a FROM t ORDER BY id") == [("x",), ("z",)]


def test_what_was_unique_and_a_value(evolution: Evolution) -> None:
    """Several NULLs were no duplicates; the value that they become is the same in all rows."""
    before = _models(sa.Integer, unique=True)
    after = _models(sa.Integer, nullable=False, server_default="5", index=True)
    evolution.begin(before, "INSERT INTO t (id, a) VALUES (1, NULL), (2, NULL)")
    evolution.follow(after)
    assert evolution.rows("SELECT a FROM t ORDER BY id") == [(5,), (5,)]


def test_a_unique_index_that_a_foreign_key_uses(evolution: Evolution) -> None:
    """The key has another index before it goes, where it needs one."""

    def models(**options: Any) -> Models:
        def made(db: SQLAlchemy) -> None:
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("p", key)
            refers = sa.ForeignKey("p.id", name="fk_a")
            own = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", own, sa.Column("a", sa.Integer, refers, **options))

        return made

    before = models(unique=True)
    rows = "INSERT INTO t (id, a) VALUES (1, NULL), (2, NULL)"
    evolution.begin(before, "INSERT INTO p (id) VALUES (5)", rows)
    evolution.follow(models(nullable=False, server_default="5", index=True))
    assert evolution.rows("SELECT a FROM t ORDER BY id") == [(5,), (5,)]
