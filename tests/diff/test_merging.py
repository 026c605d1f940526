"""Rows that a key takes for the same once a column has another type: migrate finds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_MOMENTS = "'2024-01-02 03:04:05', '2024-01-02 05:04:05', '2024-01-03 00:00:00'"
_NUMBERS = "1.26, 1.34, 2.5"
TYPES: dict[str, tuple[Any, Any, str]] = {
    "days": (sa.DateTime, sa.Date, _MOMENTS),
    "whole numbers": (sa.Numeric(8, 2), sa.Integer, _NUMBERS),
    "floats": (sa.Float, sa.Integer, _NUMBERS),
    "digits": (sa.Numeric(8, 2), sa.Numeric(8, 1), _NUMBERS),
    "collation": (sa.String(20), None, "'a', 'A', 'b'"),
}


def _models(kind: Any, key: str) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        keys: list[Any] = []
        if key == "constraint":
            keys = [sa.UniqueConstraint("b", "a", name="uq_a")]
        elif key == "index":
            keys = [sa.Index("uq_a", "a", unique=True)]
        columns = (sa.Column("a", kind), sa.Column("b", sa.Integer, server_default="1"))
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns, *keys)

    return models


@pytest.mark.parametrize("key", ["constraint", "index", "none"])
@pytest.mark.parametrize("kind", TYPES)
def test_rows_become_the_same(evolution: Evolution, kind: str, key: str) -> None:
    """With a key that is enough to refuse; other rows may become what they like."""
    before, after, values = TYPES[kind]
    name = evolution.database.dialect
    if kind == "collation":
        if name == "postgresql":
            pytest.skip("its collations tell all texts apart")
        before = sa.String(20, collation="BINARY" if name == "sqlite" else "utf8mb4_bin")
        after = sa.String(20, collation="NOCASE" if name == "sqlite" else "utf8mb4_general_ci")
    if kind == "digits" and name == "sqlite":
        pytest.skip("it keeps all digits")
    one, other, third = values.split(", ")
    statement = "INSERT INTO t (id, a, b) VALUES ({}, {}, {})".format
    evolution.begin(
        _models(before, key),
        statement(1, one, 1),
        statement(2, third, 1),
        statement(3, third if key == "none" else "NULL", 1),
        statement(4, other, 2),
    )
    if key == "constraint":
        answer = evolution.migrate(_models(after, key))
        assert answer.exit_code == 0, answer.output
        next(file for file in evolution.now.files if "second" in file.name).unlink()
        evolution.now.execute("UPDATE t SET b = 1")
    answer = evolution.migrate(_models(after, key))
    if key == "none":
        assert answer.exit_code == 0, answer.output
        evolution.now.ok("upgrade")
        return
    assert answer.exit_code == 1, answer.output
    assert "1 row of t has the same" in answer.output
    evolution.now.execute("DELETE FROM t WHERE id = 4")
    assert evolution.migrate(_models(after, key)).exit_code == 0
    evolution.now.ok("upgrade")


def test_key_that_goes(evolution: Evolution) -> None:
    """A unique index that is dropped refuses nothing any more, whatever else goes."""

    def models(kind: Any, *, has_key: bool) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            key = [sa.Index("uq_a", "a", unique=True)] if has_key else []
            db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind), *key)

        return declare

    evolution.begin(
        models(sa.Float, has_key=True), "INSERT INTO t (id, a) VALUES (1, 1.26), (2, 1.34)"
    )
    evolution.follow(models(sa.Integer, has_key=False))
