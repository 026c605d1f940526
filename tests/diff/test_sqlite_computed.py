"""Generated columns of SQLite: each has the expression that stands in its own text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_START = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER"
TEXTS = {
    "short": f"{_START}, g INTEGER AS (a + 1) STORED)",
    "lines": f"{_START}, g INTEGER GENERATED ALWAYS AS (\n  a +\n  1\n) STORED)",
    "quoted": f'{_START}, "g"INTEGER GENERATED ALWAYS AS("a" + 1)STORED)',
    "checked": f"{_START}, g INTEGER GENERATED ALWAYS AS (a + 1) STORED CHECK (g < (9)))",
}


def _models(**expressions: str) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        computed = [
            sa.Column(name, sa.Integer, sa.Computed(expression, persisted=True))
            for name, expression in expressions.items()
        ]
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", sa.Integer), *computed)

    return models


def test_a_name_within_another_name(local: Evolution) -> None:
    """The downgrade gives the column its own expression back."""
    before = _models(subtotal="a + 1", total="a * 5", **{"sub total": "a * 7"})
    local.begin(before, "INSERT INTO t (id, a) VALUES (1, 2)")
    local.follow(_models(subtotal="a + 1", total="a * 6", **{"sub total": "a * 7"}))
    assert local.rows('SELECT subtotal, total, "sub total" FROM t') == [(3, 12, 14)]
    local.back(before)
    assert local.rows('SELECT subtotal, total, "sub total" FROM t') == [(3, 10, 14)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_written_by_hand(local: Evolution, text: str) -> None:
    """A check finds nothing, and a column that goes comes back as it was."""
    local.begin(_models(g="a + 1"), "DROP TABLE t", text, "INSERT INTO t (id, a) VALUES (1, 2)")
    if "CHECK" not in text:
        local.now.ok("check")
    answer = local.migrate(_models())
    assert answer.exit_code == 0, answer.output
    local.now.ok("upgrade")
    local.now.ok("downgrade")
    assert local.rows("SELECT a, g FROM t") == [(2, 3)]


@pytest.mark.parametrize("was_plain", [False, True])
def test_what_has_no_name(local: Evolution, was_plain: bool) -> None:
    """Keys and CHECKs on a column that is exchanged are there again, and so after a downgrade."""

    def models(expression: str | None) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            computed = [sa.Computed(expression, persisted=True)] if expression else []
            db.Table("p", sa.Column("id", sa.Integer, primary_key=True))
            db.Table(
                "t",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer, unique=True),
                sa.Column("g", sa.Integer, *computed, sa.ForeignKey("p.id")),
                sa.UniqueConstraint("g"),
                sa.UniqueConstraint("g", "a"),
                sa.CheckConstraint("g < 1000"),
            )

        return declare

    before = models(None if was_plain else "a + 1")
    local.begin(before, "INSERT INTO p VALUES (3), (4)", "INSERT INTO t (id, a) VALUES (1, 2)")
    answer = local.migrate(models("a + 2"))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    local.now.ok("upgrade")
    local.now.ok("check")
    (text,) = local.rows("SELECT sql FROM sqlite_master WHERE name = 't'")
    assert str(text[0]).count("UNIQUE") == 3
    assert str(text[0]).count("FOREIGN KEY") == 1
    assert str(text[0]).count("CHECK") == 1
    local.back(before)


def test_what_another_one_reads(local: Evolution) -> None:
    """A column that is exchanged may be read by one that stays, also where that gets a type."""

    def models(expression: str, kind: type[sa.types.TypeEngine[Any]]) -> Any:
        def declare(db: SQLAlchemy) -> None:
            db.Table(
                "t",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer),
                sa.Column("g", sa.Integer, sa.Computed(expression, persisted=False)),
                sa.Column("h", kind, sa.Computed("g * 2", persisted=True), unique=True),
            )

        return declare

    before = models("a + 1", sa.Integer)
    local.begin(before, "INSERT INTO t (id, a) VALUES (1, 2)")
    for after, value in ((models("a + 2", sa.Integer), 8), (models("a + 3", sa.Text), "10")):
        local.follow(after)
        assert local.rows("SELECT h FROM t") == [(value,)]
    local.now.ok("downgrade")
    local.back(before)
    assert local.rows("SELECT h FROM t") == [(6,)]
