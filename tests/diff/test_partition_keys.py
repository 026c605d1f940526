"""How a table is partitioned, which PostgreSQL does not let anybody change."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_LATER = "give t another name, make the table anew, copy its rows"


def _models(key: str = "", *, name: str = "Name", kind: str = "kind", more: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        columns = [
            sa.Column("id", sa.Integer),
            sa.Column(name, sa.Text),
            sa.Column(kind, sa.Enum("a", "b", name="kind")),
        ]
        if more:
            columns.append(sa.Column("more", sa.Integer))
        db.Table("t", *columns, **({"postgresql_partition_by": key} if key else {}))

    return declare


@pytest.mark.parametrize(
    "key",
    [
        "range(id)",
        'LIST (LOWER("Name"))',
        "LIST ( kind )",
        'HASH (id, "Name" text_ops)',
        "RANGE (coalesce(\"Name\", 'x'), ((id + 1)))",
    ],
)
def test_said_in_other_words(evolution: Evolution, key: str) -> None:
    """The server keeps it in words of its own: nothing is found, nothing said."""
    evolution.begin(_models(key))
    answer = evolution.now.ok("check")
    assert "PARTITION BY" not in answer.output
    answer = evolution.follow(_models(key, more=True))
    assert "PARTITION BY" not in answer.output


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("RANGE (id)", "LIST (id)", ("PARTITION BY RANGE (id)", "PARTITION BY LIST (id)")),
        ("", "LIST (id)", ("not partitioned", "PARTITION BY LIST (id)")),
        ("RANGE (id)", "", ("PARTITION BY RANGE (id)", "not partitioned")),
    ],
    ids=["changed", "added", "removed"],
)
def test_changed(evolution: Evolution, before: str, after: str, words: tuple[str, str]) -> None:
    """It is said, and what else changes is written."""
    evolution.begin(_models(before))
    answer = evolution.migrate(_models(after))
    assert answer.exit_code == 1, answer.output
    assert f"t is {words[0]} in the database, and {words[1]} in the models" in answer.stderr
    assert _LATER in answer.stderr
    answer = evolution.migrate(_models(after, more=True))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    assert _LATER in answer.stderr
    evolution.now.ok("upgrade")
    assert _LATER in evolution.now.run("check").stderr


def test_renamed_column(evolution: Evolution) -> None:
    """The key follows its column, and nothing is said."""
    evolution.begin(_models("LIST (kind)"))
    after = _models("LIST (sort)", kind="sort")
    answer = evolution.follow(after, "--rename", "t.kind:t.sort")
    assert "PARTITION BY" not in answer.output
    evolution.back(_models("LIST (kind)"))


def _kinds(*labels: str, key: str = "LIST (kind)", default: str | None = None) -> Models:
    def declare(db: SQLAlchemy) -> None:
        kind = sa.Enum(*labels, name="Kind of")
        check = sa.CheckConstraint("kind <> 'b'", name="no_b")
        columns = sa.Column("id", sa.Integer), sa.Column("kind", kind, server_default=default)
        db.Table("t", *columns, check, postgresql_partition_by=key)
        db.Table("u", sa.Column("id", sa.Integer, primary_key=True), sa.Column("kinds", kind))

    return declare


_PARTITIONS = (
    "CREATE TABLE few PARTITION OF t DEFAULT",
    "INSERT INTO t VALUES (1, 'a')",
    "INSERT INTO u VALUES (1, 'b')",
)


@pytest.mark.parametrize("key", ["LIST (kind)", "LIST (coalesce(kind, 'a'))"])
@pytest.mark.parametrize("after", ["xyab", "axyb", "abxy", "xaybz"])
def test_more_values(evolution: Evolution, key: str, after: str) -> None:
    """They are added where they stand in the models, and can be used at once."""
    evolution.begin(_kinds(*"ab", key=key), *_PARTITIONS)
    answer = evolution.migrate(_kinds(*after, key=key, default="x"))
    assert "proved: upgrade, no further changes" in answer.stdout.lower(), answer.output
    assert "It has no downgrade: PostgreSQL takes no values from type Kind of" in answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    evolution.now.execute("INSERT INTO t (id) VALUES (2)")
    assert evolution.rows("SELECT id, kind FROM t ORDER BY id") == [(1, "a"), (2, "x")]
    answer = evolution.now.run("downgrade")
    assert answer.exit_code == 1
    assert "PostgreSQL takes no values from type Kind of" in answer.stderr, answer.output


@pytest.mark.parametrize("after", ["ba", "a", "ac"])
def test_other_values(evolution: Evolution, after: str) -> None:
    """The server gives the column no other type, so nothing is written."""
    evolution.begin(_kinds(*"ab"), *_PARTITIONS)
    answer = evolution.migrate(_kinds(*after))
    assert answer.exit_code == 1
    assert "t.kind is in the partition key of t, of which PostgreSQL changes none" in answer.stderr
    assert "RENAME VALUE" in answer.stderr
    assert "~ type Kind of" in evolution.now.run("check").stdout


def test_columns(evolution: Evolution) -> None:
    """Nor does the server drop it, or make it a column of a plain type."""

    def models(kind: Any = None) -> Models:
        def declare(db: SQLAlchemy) -> None:
            more = [sa.Column("part", kind)] if kind else []
            first = sa.Column("id", sa.Integer)
            db.Table("t", first, *more, postgresql_partition_by="LIST (part)" if kind else None)

        return declare

    small = pg.DOMAIN("small", sa.Text)
    evolution.begin(models(small))
    for after, words in (
        (None, "Column t.part can't be dropped"),
        (sa.Text, "Column t.part can't be given another type"),
        (pg.DOMAIN("small", sa.Integer), "Domain small can't be made anew"),
    ):
        answer = evolution.migrate(models(after))
        assert f"{words}: t.part is in the partition key of t" in answer.stderr, answer.output
