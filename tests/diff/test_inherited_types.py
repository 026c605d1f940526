"""A type that partitions and children have from their table, which alone is altered."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _columns(kind: Any, **said: Any) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", kind, **said),
        sa.CheckConstraint("kind <> 'b'", name="no_b"),
        sa.Index("some", "id", postgresql_where=sa.text("kind = 'a'")),
    )


def _partitioned(kind: Any, **said: Any) -> Models:
    def declare(db: SQLAlchemy) -> None:
        db.Table("t", *_columns(kind, **said), postgresql_partition_by="RANGE (id)")

    return declare


def _there_and_back(evolution: Evolution, after: Models) -> None:
    answer = evolution.migrate(after)
    assert _PROVED in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade", "check"):
        evolution.now.ok(command)
    assert evolution.rows("SELECT id, kind FROM t ORDER BY id") == [(1, "a"), (200, "a")]


_PARTITIONS = (
    "CREATE TABLE few PARTITION OF t FOR VALUES FROM (0) TO (100)",
    "CREATE TABLE many PARTITION OF t FOR VALUES FROM (100) TO (MAXVALUE)",
    "INSERT INTO t VALUES (1, 'a'), (200, 'a')",
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sa.Enum("a", "b", name="kind"), sa.Enum("b", "c", "a", name="kind")),
        (pg.DOMAIN("kind", sa.Text), pg.DOMAIN("kind", sa.String(9))),
    ],
    ids=["enumeration", "domain"],
)
def test_partitions(evolution: Evolution, before: Any, after: Any) -> None:
    """No script names them, and their defaults go along."""
    evolution.begin(_partitioned(before, server_default="a"), *_PARTITIONS)
    _there_and_back(evolution, _partitioned(after, server_default="a"))
    assert "few" not in evolution.script
    evolution.now.execute("INSERT INTO few VALUES (2)")
    assert evolution.rows("SELECT kind FROM few WHERE id = 2") == [("a",)]


def test_children(evolution: Evolution) -> None:
    """A child in the models has a default of its own."""

    def models(*labels: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            kind = sa.Enum(*labels, name="kind")
            db.Table("t", *_columns(kind, server_default="a")[:2])
            child = (*_columns(kind, server_default="d")[:2], sa.Column("x", sa.Integer))
            db.Table("child", *child, postgresql_inherits="t")

        return declare

    rows = ("INSERT INTO t VALUES (1, 'a')", "INSERT INTO child VALUES (200, 'a')")
    evolution.begin(models("a", "b", "d"), *rows)
    _there_and_back(evolution, models("d", "b", "c", "a"))
    evolution.now.execute("INSERT INTO child VALUES (3)")
    assert evolution.rows("SELECT kind FROM t WHERE id = 3") == [("d",)]


@pytest.mark.parametrize("after", [sa.Text, sa.String(20)])
def test_a_child_goes_along(evolution: Evolution, after: Any) -> None:
    """It can't have another type than its table, and its model may repeat the column."""

    def models(kind: Any) -> Models:
        def declare(db: SQLAlchemy) -> None:
            db.Table("t", *_columns(kind)[:2])
            more = sa.Column("x", sa.Integer)
            db.Table("child", *_columns(kind)[:2], more, postgresql_inherits="t")

        return declare

    rows = ("INSERT INTO t VALUES (1, 'a')", "INSERT INTO child VALUES (200, 'a')")
    evolution.begin(models(sa.Enum("a", "b", name="kind")), *rows)
    _there_and_back(evolution, models(after))
