"""Columns of MySQL and MariaDB that SQLAlchemy reads in part: nothing of them is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql

from tests.databases import MARIADB, MYSQL, Database

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]

_PROVED = "Proved: upgrade, downgrade, no further changes"

_COLUMNS: dict[str, tuple[Any, dict[str, Any]]] = {
    "bits": (mysql.BIT(8), {"server_default": sa.text("(b'101')"), "nullable": False}),
    "joined": (sa.String(40), {"server_default": sa.text("(concat('a) ', 'b COMMENT ''c'''))")}),
    "lowered": (sa.String(40), {"server_default": sa.text("(lower('ABC'))"), "nullable": False}),
    "later": (sa.Date, {"server_default": sa.text("(current_date + interval 1 day)")}),
    "listed": (mysql.ENUM("a", "x DEFAULT 'b'", charset="latin1"), {"server_default": "a"}),
    "chosen": (mysql.SET("a", "b", collation="latin1_bin"), {"server_default": "a,b"}),
    "plain": (sa.String(40), {}),
    "touched": (
        mysql.TIMESTAMP(fsp=3),
        {
            "server_default": sa.text(
                "CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"
            ),
            "nullable": False,
        },
    ),
}  # fmt: skip


@pytest.fixture(params=[MYSQL, MARIADB], ids=str)
def either(
    request: pytest.FixtureRequest,
    make_database: Callable[..., Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Evolution]:
    monkeypatch.chdir(tmp_path)
    made = Evolution(
        tmp_path, *(make_database(request.param, name) for name in ("app", "reference"))
    )
    yield made
    made.close()


def _models(comment: str | None, **others: Any) -> Models:
    """All of the columns; a comment in each, and others of their keywords."""

    def declare(db: SQLAlchemy) -> None:
        columns = [
            sa.Column(name, kind, comment=comment, **{**keywords, **others})
            for name, (kind, keywords) in _COLUMNS.items()
        ]
        twice = sa.Column("twice", sa.Integer, sa.Computed("nr * (2)"), comment=comment)
        db.Table("t", *_kept(), *columns, twice)

    return declare


def _kept() -> tuple[sa.Column[Any], ...]:
    return sa.Column("id", sa.Integer, primary_key=True), sa.Column("nr", sa.Integer)


def _none(db: SQLAlchemy) -> None:
    db.Table("t", *_kept())


def _said(evolution: Evolution) -> list[str]:
    [(_, text)] = evolution.rows("SHOW CREATE TABLE t")
    return sorted(line.strip(" ,") for line in str(text).splitlines() if "`" in line)


_COMMENT = 'in (the) "middle", it\'s DEFAULT 5 STORED'


def test_dropped_and_back(either: Evolution) -> None:
    """Types, defaults and comments are what they were."""
    either.begin(_models(_COMMENT), "INSERT INTO t (id) VALUES (1)")
    before = _said(either)
    either.now.ok("check")
    either.follow(_none)
    either.back(_models(_COMMENT))
    assert _said(either) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_models(None), _models(_COMMENT)),
        (_models(_COMMENT), _models(_COMMENT, nullable=False)),
        (_models(_COMMENT, server_default=None), _models(_COMMENT)),
    ],
    ids=["comment", "not-null", "default"],
)
def test_changed_and_back(either: Evolution, one: Models, other: Models) -> None:
    """A change of one clause leaves the others alone, there and back."""
    either.begin(one)
    before = _said(either)
    answer = either.follow(other)
    assert _PROVED in answer.stdout
    assert _said(either) != before
    either.back(one)
    assert _said(either) == before


def test_a_name_with_a_backtick(either: Evolution) -> None:
    """A column is found under its own name."""

    def models(kind: Any) -> Models:
        def declare(db: SQLAlchemy) -> None:
            db.Table("t", *_kept(), sa.Column("o`clock", kind, server_default="it's :so"))

        return declare

    either.begin(models(sa.String(20)))
    either.now.ok("check")
    assert _PROVED in either.follow(models(sa.String(30))).stdout
    either.back(models(sa.String(20)))


@pytest.mark.parametrize("kind", [mysql.ENUM, mysql.SET])
def test_labels_with_backslashes(either: Evolution, kind: Any) -> None:
    """A label is what it means, and not what the server writes for it."""

    def models(*labels: str) -> Models:
        return lambda db: db.Table("t", *_kept(), sa.Column("a", kind("c\\d", *labels)))

    either.begin(models("x\ny", "it's"))
    either.now.ok("check")
    before = _said(either)
    answer = either.migrate(models("it's"))
    assert _PROVED in answer.output, answer.output
    either.now.ok("upgrade")
    either.now.ok("downgrade")
    assert _said(either) == before
    either.now.ok("upgrade")
    assert _PROVED in either.migrate(_none).output


def test_constraints_with_backticks(either: Evolution) -> None:
    """Keys, indexes and CHECKs are found under their own names."""

    def models(kind: Any, limit: int, **options: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            db.Table("p", sa.Column("id", kind, primary_key=True))
            key = sa.ForeignKey("p.id", name="fk `n`", **options)
            check = sa.CheckConstraint(f"nr > {limit}", name="ck `n`")
            parts = (sa.Column("n", kind, key), check, sa.Index("ix `n`", "nr"))
            db.Table("t", *_kept(), *parts)

        return declare

    before = models(sa.Integer, 1)
    either.begin(before)
    either.now.ok("check")
    after = models(sa.BigInteger, 2, ondelete="CASCADE")
    assert _PROVED in either.follow(after).stdout
    either.back(before)
