"""What only tables of PostgreSQL have."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import DOMAIN

from .conftest import Evolution

pytestmark = pytest.mark.requires("schemas")

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _models(*items: Any, **options: Any) -> Any:
    """A table ``t``; columns are made by functions, since a table keeps them."""

    def declare(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, *(item() for item in items), **options)

    return declare


def _column(name: str, kind: Any = sa.Integer) -> Any:
    return lambda: sa.Column(name, kind)


def _unique(*include: str, **options: Any) -> Any:
    options |= {"postgresql_include": list(include)} if include else {}
    return lambda: sa.UniqueConstraint("a", name="uq", **options)


def test_included_columns(evolution: Evolution) -> None:
    """A unique constraint that includes a column, and no longer, and one that is renamed."""
    a, b, c = _column("a"), _column("b b"), _column("c")
    plain, included = _models(a, b, _unique()), _models(a, b, _unique("b b", deferrable=True))
    try:  # since 2.0.41
        _unique("b b")()
    except sa.exc.ArgumentError:
        pytest.skip("this SQLAlchemy has no postgresql_include for constraints")
    evolution.begin(plain)
    assert _PROVED in evolution.follow(included).stdout
    evolution.back(plain)
    evolution.now.ok("upgrade")
    renamed = _models(a, c, _unique("c", deferrable=True))
    assert _PROVED in evolution.follow(renamed, "--rename", "t.b b:t.c").stdout
    assert _PROVED in evolution.follow(_models(a, c)).stdout
    evolution.back(renamed)


def test_match(evolution: Evolution) -> None:
    """How a foreign key takes rows that are NULL in part: alone, and with a new table."""

    def models(*names: str, **options: str) -> Any:
        def declare(db: SQLAlchemy) -> None:
            db.Table("t", *(sa.Column(name, sa.Integer, primary_key=True) for name in "ab"))
            for name in names:
                columns = [sa.Column(column, sa.Integer) for column in "xy"]
                key = sa.ForeignKeyConstraint("xy", ["t.a", "t.b"], name=f"fk_{name}", **options)
                db.Table(name, *columns, key)

        return declare

    evolution.begin(models("p"))
    full = models("p", match="FULL")
    assert _PROVED in evolution.follow(full).stdout
    assert _PROVED in evolution.follow(models("p", "q", match="FULL")).stdout
    said = "SELECT confmatchtype::text FROM pg_constraint WHERE left(conname, 2) = 'fk'"
    assert evolution.rows(said) == [("f",), ("f",)]
    evolution.back(full)
    evolution.now.ok("downgrade")
    assert evolution.rows(said) == [("s",)]


def test_storage_parameters(evolution: Evolution) -> None:
    """Given, changed, taken away; one that somebody set by hand is left alone."""

    def said() -> set[str]:
        [(found,)] = evolution.rows("SELECT reloptions FROM pg_class WHERE relname = 't'")
        return set(found or ())  # type: ignore[call-overload]

    try:  # since 2.1
        sa.Table("t", sa.MetaData(), postgresql_with={})
    except sa.exc.ArgumentError:
        pytest.skip("this SQLAlchemy has no postgresql_with for tables")
    first = _models(postgresql_with={"fillfactor": 70, "autovacuum_enabled": False})
    evolution.begin(first, "ALTER TABLE t SET (parallel_workers = 3)")
    evolution.now.ok("check")
    assert _PROVED in evolution.follow(_models(postgresql_with={"fillfactor": 50})).stdout
    assert said() == {"fillfactor=50", "parallel_workers=3"}
    assert "~ t: no fillfactor" in evolution.follow(_models()).stdout
    assert said() == {"parallel_workers=3"}
    evolution.now.ok("downgrade", "-2")
    assert said() == {"fillfactor=70", "autovacuum_enabled=false", "parallel_workers=3"}


def test_unlogged(evolution: Evolution) -> None:
    """A table that a crash may empty, and one that it may not any more."""
    evolution.begin(_models())
    assert _PROVED in evolution.follow(_models(prefixes=["UNLOGGED"])).stdout
    assert "~ t: no unlogged" in evolution.follow(_models()).stdout
    kept = "SELECT relpersistence::text FROM pg_class WHERE relname = 't'"
    assert evolution.rows(kept) == [("p",)]
    evolution.now.ok("downgrade")
    assert evolution.rows(kept) == [("u",)]


def test_unlogged_together(evolution: Evolution) -> None:
    """No table that is logged refers to one that is not, at any moment."""

    def models(**options: Any) -> Any:
        def declare(db: SQLAlchemy) -> None:
            for name, other in (("b", ""), ("a", "b"), ("c", "a")):
                refers = [sa.ForeignKey(f"{other}.id")] if other else []
                key = sa.Column("id", sa.Integer, primary_key=True)
                db.Table(name, key, sa.Column("other", sa.Integer, *refers), **options)

        return declare

    evolution.begin(models(), "INSERT INTO b VALUES (1)", "INSERT INTO a VALUES (1, 1)")
    assert _PROVED in evolution.follow(models(prefixes=["UNLOGGED"])).stdout
    assert _PROVED in evolution.follow(models()).stdout
    evolution.now.ok("downgrade", "-2")
    assert evolution.rows("SELECT id, other FROM a") == [(1, 1)]


def test_unlogged_in_a_circle(evolution: Evolution) -> None:
    """A foreign key makes way for as long as one of two tables is not what the other is."""

    def models(**options: Any) -> Any:
        def declare(db: SQLAlchemy) -> None:
            for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
                late = {"deferrable": True, "initially": "DEFERRED", "ondelete": "CASCADE"}
                refers = sa.ForeignKey(f"{other}.id", use_alter=True, name=f"of_{name}", **late)
                key = sa.Column("id", sa.Integer, primary_key=True)
                own = sa.Column("own", sa.ForeignKey(f"{name}.id", name=f"own_{name}"))
                other_key = sa.Column("other", sa.Integer, refers)
                db.Table(name, key, other_key, own, **options)

        return declare

    rows = (f"INSERT INTO {name} VALUES (1, 1, 1)" for name in "abc")
    evolution.begin(models(), f"DO $$ BEGIN {'; '.join(rows)}; END $$")
    evolution.follow(models(prefixes=["UNLOGGED"]))
    evolution.back(models())
    evolution.now.ok("upgrade")
    evolution.follow(models())
    assert evolution.rows("SELECT a.other, b.own FROM a, b, c") == [(1, 1)]


def test_inherited_columns(evolution: Evolution) -> None:
    """The parent comes first, and its columns are not missing in the child's model."""

    def models(*more: str) -> Any:
        def declare(db: SQLAlchemy) -> None:
            db.Table("child", sa.Column("b", sa.Integer), postgresql_inherits="parent")
            columns = (sa.Column(name, sa.Integer) for name in ("a", *more))
            db.Table("parent", sa.Column("id", sa.Integer, primary_key=True), *columns)

        return declare

    evolution.begin(models(), "INSERT INTO child VALUES (1, 2, 3)")
    evolution.now.ok("check")
    assert _PROVED in evolution.migrate(models("c")).stdout
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT id, a, b FROM parent, LATERAL (SELECT b FROM child) c") == [
        (1, 2, 3)
    ]


def test_new_domain_for_rows(evolution: Evolution) -> None:
    """Rows are tried against a domain that the same revision makes."""
    plain = _models(_column("a", sa.String(9)))
    mail = _models(_column("a", DOMAIN("mail", sa.Text, check="VALUE LIKE '%@%'")))
    evolution.begin(plain, "INSERT INTO t VALUES (1, 'a@b'), (2, 'c')")
    answer = evolution.migrate(mail)
    assert "Not every value of t.a can become" in answer.stderr
    assert "violates check constraint" in answer.stderr
    evolution.now.execute("DELETE FROM t WHERE id = 2")
    assert _PROVED in evolution.follow(mail).stdout
    evolution.back(plain)


def test_type_of_another_schema_in_a_predicate(evolution: Evolution) -> None:
    """The server says where a type is; the one that it is compared with is elsewhere."""

    def declare(db: SQLAlchemy) -> None:
        kind = sa.Enum("a", "b", name="kind", schema="types")
        where = sa.text("k = 'a'")
        index = sa.Index("ix", "k", postgresql_where=where)
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("k", kind), index)

    evolution.begin(_models())
    evolution.now.execute("CREATE SCHEMA types")
    assert _PROVED in evolution.migrate(declare).stdout
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
