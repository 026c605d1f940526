"""Columns of SQLite with all that can be said of them: they come back as they were."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_PROVED = "Proved: upgrade, downgrade, no further changes"

_COLUMNS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sorted": (sa.String(9, collation="NOCASE"), {"server_default": sa.text("(lower('A'))")}),
    "number": (sa.Numeric(8, 3), {"server_default": sa.text("1.50")}),
    "moment": (sa.DateTime, {"server_default": sa.func.now()}),
    "more": (sa.JSON, {"server_default": '{"a":1}'}),
    "bytes": (sa.LargeBinary, {"server_default": sa.text("x'00ff'")}),
    "flag": (sa.Boolean, {"server_default": sa.true()}),
    "odd": (sa.String(20), {"server_default": 'it\'s "q" \\ 100% :x'}),
    "kind": (sa.Enum("a", "b c", name="kind", create_constraint=True), {"server_default": "a"}),
    "second": (sa.Integer, {"server_default": sa.text("(strftime('%s', 'now'))")}),
    "joined": (sa.String(20), {"server_default": sa.text("('a' || 'b')")}),
    "sum": (sa.Integer, {"server_default": sa.text("((1) + (2))")}),
    "lines": (sa.String(20), {"server_default": "it's\n\ttwo: %\n"}),
    "lines of it": (sa.Integer, {"server_default": sa.text("(\n1 + 1\n)")}),
    "empty": (sa.Text, {"server_default": ""}),
}


def _models(db: SQLAlchemy) -> None:
    columns = [sa.Column(name, kind, **keywords) for name, (kind, keywords) in _COLUMNS.items()]
    computed = [
        sa.Column(f"twice_{persisted}", sa.Integer, sa.Computed("nr * 2", persisted=persisted))
        for persisted in (True, False)
    ]
    db.Table("t", *_kept(), *columns, *computed)


def _without_defaults(db: SQLAlchemy) -> None:
    _models(db)
    for column in db.metadata.tables["t"].columns:
        if column.name in _COLUMNS:
            column.server_default = None


def _kept() -> tuple[sa.Column[Any], ...]:
    return sa.Column("id", sa.Integer, primary_key=True), sa.Column("nr", sa.Integer)


def _none(db: SQLAlchemy) -> None:
    db.Table("t", *_kept())


def test_dropped_and_back(local: Evolution) -> None:
    """Types, defaults and collations are what they were."""
    local.begin(_models, "INSERT INTO t (id) VALUES (1)")
    assert _PROVED in local.follow(_none).stdout
    local.back(_models)


def test_defaults_dropped_and_back(local: Evolution) -> None:
    """An expression is one again, and a text has its colons."""
    local.begin(_models)
    assert _PROVED in local.follow(_without_defaults).stdout
    local.back(_models)


def test_match(local: Evolution) -> None:
    """SQLite reads ``MATCH`` and makes nothing of it; what stands behind it is there."""

    def models(**options: str) -> Any:
        def declare(db: SQLAlchemy) -> None:
            db.Table("t", *(sa.Column(name, sa.Integer, primary_key=True) for name in "ab"))
            key = sa.ForeignKeyConstraint(["x", "y"], ["t.a", "t.b"], name="fk", **options)
            db.Table("p", sa.Column("x", sa.Integer), sa.Column("y", sa.Integer), key)

        return declare

    local.begin(models())
    assert _PROVED in local.follow(models(match="FULL", ondelete="CASCADE")).stdout
    local.back(models())


@pytest.mark.parametrize(
    ("stored", "kind", "seen"),
    [
        ("TIMESTAMP", sa.DateTime(), False),
        ("DATETIME", sa.TIMESTAMP(), False),
        ("DECIMAL(10, 2)", sa.Numeric(10, 2), False),
        ("int", sa.Integer(), False),
        ("bool", sa.Boolean(), False),
        ("TIMESTAMP", sa.Date(), True),
        ("DECIMAL(10, 2)", sa.Numeric(12, 2), True),
        ("INTEGER", sa.BigInteger(), True),
        ("VARCHAR(20)", sa.CHAR(20), True),
    ],
)
def test_another_word_for_a_type(
    local: Evolution, stored: str, kind: sa.types.TypeEngine[Any], seen: bool
) -> None:
    """It is no change where SQLAlchemy reads both as one: a table would be copied for nothing."""

    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind))

    local.begin(models, "DROP TABLE t", f"CREATE TABLE t (id INTEGER PRIMARY KEY, a {stored})")
    assert ("t.a: " in local.now.run("check").output) is seen
