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


def _defaults(evolution: Evolution) -> set[tuple[object, ...]]:
    return {
        (table, str(default or "").partition("::")[0])
        for table, default in evolution.rows(
            "SELECT c.relname, pg_get_expr(d.adbin, d.adrelid) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'kind'"
            " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
            " WHERE c.relkind IN ('r', 'p')"
        )
    }


@pytest.mark.parametrize("usual", [None, "a"])
@pytest.mark.parametrize("is_domain", [False, True])
def test_own_defaults_of_partitions(
    evolution: Evolution, usual: str | None, is_domain: bool
) -> None:
    """A partition keeps its own default, and one without any has none afterwards."""

    def models(*labels: str) -> Models:
        enum = sa.Enum(*labels, name="kind")
        domain = pg.DOMAIN("kind", sa.String(len(labels)), check="VALUE < 'x'")
        return _partitioned(domain if is_domain else enum, server_default=usual)

    own = ("few ALTER kind SET DEFAULT 'd'", "many ALTER kind DROP DEFAULT")
    statements = (*_PARTITIONS, *(f"ALTER TABLE {each}" for each in own))
    evolution.begin(models("a", "b", "d"), *statements)
    expected = {("few", "'d'"), ("many", ""), ("t", f"'{usual}'" if usual else "")}
    assert _defaults(evolution) == expected
    _there_and_back(evolution, models("d", "c", "b", "a"))
    assert _defaults(evolution) == expected
    evolution.now.ok("downgrade")
    assert _defaults(evolution) == expected


_OWN = (("", "d"), ("er", "a"))


def test_a_default_that_goes(evolution: Evolution) -> None:
    """The default of a partition may be a value that its type loses: that is said."""
    kinds = (sa.Enum(*labels, name="kind") for labels in ("abd", "ba"))
    before, after = (_partitioned(kind) for kind in kinds)
    parts = "CREATE TABLE fewer PARTITION OF t FOR VALUES FROM (-9) TO (0) PARTITION BY RANGE (id)"
    part = "CREATE TABLE fewest PARTITION OF fewer (kind DEFAULT 'b') DEFAULT"
    own = (f"ALTER TABLE ONLY few{more} ALTER kind SET DEFAULT '{usual}'" for more, usual in _OWN)
    evolution.begin(before, *_PARTITIONS, parts, part, *own)
    answer = evolution.migrate(after)
    assert "few.kind has the default 'd', which type kind has no longer" in answer.stderr
    assert _PROVED in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    others = {("fewer", "'a'"), ("fewest", "'b'"), ("t", ""), ("many", "")}
    assert _defaults(evolution) == {("few", ""), *others}
    evolution.now.ok("downgrade")
    assert _defaults(evolution) == {("few", "'d'"), *others}
