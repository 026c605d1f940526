"""Keys of SQLite that were written by hand: quotes, letters and gaps make no difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_PROVED = "Proved: upgrade, downgrade, no further changes"
_START = "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER, b INTEGER"
UNIQUES = {
    "backticks": f"{_START}, CONSTRAINT `uq_two` UNIQUE (`a`, `b`))",
    "brackets": f"{_START}, constraint [uq_two] unique ([a],[b]))",
    "apostrophes": f"{_START}, CONSTRAINT 'uq_two' UNIQUE ('a', \"b\"))",
    "lines": f"{_START},\n CONSTRAINT\n uq_two\n UNIQUE\n (a,\n b)\n)",
    "letters": f"{_START}, CONSTRAINT uq_two UNIQUE (A, B))",
}
KEYS = {
    "no columns": f"{_START}, CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES parent)",
    "letters": f"{_START}, CONSTRAINT fk_a FOREIGN KEY (A) REFERENCES PARENT (ID))",
    "letters, no columns": f"{_START}, CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES Parent)",
}


def _table(constraint: Callable[[], Any], *more: str) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("parent", sa.Column("id", sa.Integer, primary_key=True))
        numbers = (sa.Column(name, sa.Integer) for name in ("a", "b", *more))
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *numbers, constraint())

    return models


def _unique() -> sa.UniqueConstraint:
    return sa.UniqueConstraint("a", "b", name="uq_two")


def _key() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["a"], ["parent.id"], name="fk_a")


@pytest.mark.parametrize(
    ("text", "constraint"),
    [*((text, _unique) for text in UNIQUES.values()), *((text, _key) for text in KEYS.values())],
    ids=[*UNIQUES, *KEYS],
)
def test_they_are_recognised(
    local: Evolution, text: str, constraint: Callable[[], sa.Constraint]
) -> None:
    """A check finds nothing, and another change leaves them alone."""
    local.begin(_table(constraint), "DROP TABLE t", text)
    local.now.ok("check")
    answer = local.migrate(_table(constraint, "c"))
    assert answer.exit_code == 0, answer.output
    assert _PROVED in answer.stdout
    assert "constraint" not in local.script.partition("def downgrade")[0].lower()
    local.now.ok("upgrade")
    local.now.ok("check")


def test_a_key_to_nothing(local: Evolution) -> None:
    """SQLite takes it, and so does a table of others."""
    local.begin(_table(_unique), "CREATE TABLE theirs (x INTEGER REFERENCES nowhere)")
    local.now.ok("check")
    assert _PROVED in local.migrate(_table(_unique, "c")).stdout
    local.now.ok("upgrade")
    local.now.ok("check")


def test_a_unique_column_with_parentheses(local: Evolution) -> None:
    """Its constraint is seen, dropped and made again."""

    def models(*constraints: sa.Constraint) -> Callable[[SQLAlchemy], None]:
        def make(db: SQLAlchemy) -> None:
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", key, sa.Column("size (cm)", sa.Integer), *constraints)

        return make

    unique = models(sa.UniqueConstraint("size (cm)", name="uq_size"))
    local.begin(unique)
    assert _PROVED in local.migrate(models()).stdout
    local.now.ok("upgrade")
    local.now.ok("check")


def test_a_counter_that_was_reset(local: Evolution) -> None:
    """AUTOINCREMENT stays reset when its table is made anew."""

    def models(length: int) -> Callable[[SQLAlchemy], None]:
        def make(db: SQLAlchemy) -> None:
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("t", key, sa.Column("n", sa.String(length)), sqlite_autoincrement=True)

        return make

    reset = "DELETE FROM sqlite_sequence WHERE name = 't'"
    local.begin(models(20), "INSERT INTO t (id, n) VALUES (9, 'x')", reset)
    local.follow(models(40))
    assert local.rows("SELECT name FROM sqlite_sequence WHERE name = 't'") == []
    local.now.execute("INSERT INTO t (n) VALUES ('y')")
    assert local.rows("SELECT id FROM t ORDER BY id") == [(9,), (10,)]
