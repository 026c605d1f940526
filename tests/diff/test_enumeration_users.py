"""What uses an enumeration beside the columns of tables, while the enumeration changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from flask_godwit import Function, View

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

Models = Callable[[SQLAlchemy], None]
ONE, OTHER = ("a", "b"), ("b", "c", "a")
FUNCTION = "CREATE FUNCTION named(x kind[]) RETURNS kind LANGUAGE sql AS 'SELECT x[1]'"


def _table(db: SQLAlchemy, labels: tuple[str, ...], name: str = "kind") -> None:
    db.Table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("a", sa.Enum(*labels, name=name)),
        sa.Column("n", sa.Text),
    )


def test_functions_and_views(evolution: Evolution) -> None:
    """What speaks of the type goes for the moment, be there a column that it reads or none."""

    def models(labels: tuple[str, ...]) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _table(db, labels)
            Function("named", db, FUNCTION)
            View("v", db, "SELECT id, n::kind AS m FROM t")

        return declare

    evolution.begin(models(ONE), "INSERT INTO t VALUES (1, 'a', 'b')")
    for new in (OTHER, (*OTHER, "d")):
        answer = evolution.migrate(models(new))
        assert "Proved: upgrade, downgrade, no further changes" in answer.output
        evolution.now.ok("upgrade")
        assert evolution.rows("SELECT named(ARRAY[a]), m FROM t, v") == [("a", "b")]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT named(ARRAY[a]), m FROM t, v") == [("a", "b")]


def test_of_others(evolution: Evolution) -> None:
    """What nobody declares stops the migration, and is named together with the type."""
    evolution.begin(lambda db: _table(db, ONE), FUNCTION)
    answer = evolution.migrate(lambda db: _table(db, OTHER))
    assert answer.exit_code == 1
    assert "The function named(x kind[]) depends on type kind, which" in answer.output


@pytest.mark.parametrize("values", [ONE, OTHER], ids=["domain", "enumeration"])
def test_generated(evolution: Evolution, values: tuple[str, ...]) -> None:
    """A generated column of the type is made anew, with what stands on it."""

    def models(labels: tuple[str, ...], base: type[sa.Integer]) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _table(db, labels)
            domain = pg.DOMAIN("positive", base, check="VALUE > 0")
            chosen = sa.Computed("CASE WHEN id > 3 THEN 'a'::kind END", persisted=True)
            enum = sa.Enum(*labels, name="kind")
            db.metadata.tables["t"].append_column(sa.Column("g", enum, chosen, index=True))
            twice = sa.Computed("id * 2", persisted=True)
            db.metadata.tables["t"].append_column(sa.Column("d", domain, twice, unique=True))

        return declare

    one = models(ONE, sa.Integer)
    evolution.begin(one, "INSERT INTO t (id) VALUES (1), (4)")
    evolution.follow(models(values, sa.BigInteger if values == ONE else sa.Integer))
    assert evolution.rows("SELECT g, d FROM t ORDER BY id") == [(None, 2), ("a", 8)]
    evolution.back(one)


@pytest.mark.parametrize("name", ["k" * 63, "kind"])
def test_names_meanwhile(evolution: Evolution, name: str) -> None:
    """The old type has a name that nothing else has, however long its own is."""

    def models(labels: tuple[str, ...]) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _table(db, labels, name)
            other = sa.Enum("x", name="kind_old")
            db.Table("kind_old1", sa.Column("id", sa.Integer, primary_key=True))
            db.metadata.tables["t"].append_column(sa.Column("o", other))

        return declare

    evolution.begin(models(ONE), "INSERT INTO t VALUES (1, 'a')")
    evolution.follow(models(OTHER))
    evolution.back(models(ONE))
    assert evolution.rows("SELECT a FROM t") == [("a",)]


def test_keys_and_casts(evolution: Evolution) -> None:
    """Keys of a generated column that reads one, and a CHECK that only casts to it, are kept."""

    def models(labels: tuple[str, ...]) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _table(db, labels)
            table = db.metadata.tables["t"]
            reads = sa.Computed("CASE a WHEN 'a' THEN id END", persisted=True)
            key = sa.ForeignKey("t.id", ondelete="CASCADE", deferrable=True)
            table.append_column(sa.Column("g", sa.Integer, reads, key, unique=True))
            late = {"deferrable": True, "initially": "DEFERRED"}
            table.append_constraint(sa.UniqueConstraint("g", "n", name="two", **late))
            table.append_constraint(sa.CheckConstraint("n::kind <> 'c'::kind", name="no_c"))

        return declare

    labels = ("a", "c")
    evolution.begin(models(labels), "INSERT INTO t (id, a) VALUES (1, 'a'), (2, 'c')")
    evolution.follow(models(("c", "b", "a")))
    assert evolution.rows("SELECT g FROM t ORDER BY id") == [(1,), (None,)]
    evolution.back(models(labels))


def test_exclusions(evolution: Evolution) -> None:
    """An exclusion constraint that reads one is away meanwhile, be it changed or not."""

    def models(labels: tuple[str, ...], **where: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _table(db, labels)
            table = db.metadata.tables["t"]
            table.append_column(sa.Column("r", pg.INT4RANGE))
            for name, label in where.items():
                condition = sa.text(f"a = '{label}'")
                table.append_constraint(
                    pg.ExcludeConstraint(("r", "&&"), name=name, where=condition)
                )

        return declare

    evolution.begin(models(ONE, same="a", other="b"), "INSERT INTO t VALUES (1, 'a')")
    evolution.follow(models(OTHER, same="a", other="c", new="b"))
    found = "SELECT conname FROM pg_constraint WHERE contype = 'x' ORDER BY conname"
    assert evolution.rows(found) == [("new",), ("other",), ("same",)]
    evolution.now.ok("downgrade")
    assert evolution.rows(found) == [("other",), ("same",)]


def test_a_view_with_a_domain(evolution: Evolution) -> None:
    """A view has its columns from tables: only these are changed."""

    def models(base: type[sa.Integer]) -> Models:
        def declare(db: SQLAlchemy) -> None:
            column = sa.Column("a", pg.DOMAIN("part", base))
            db.Table("t", sa.Column("id", sa.Integer, primary_key=True), column)
            View("v", db, "SELECT a FROM t")

        return declare

    evolution.begin(models(sa.Integer), "INSERT INTO t (id, a) VALUES (1, 5)")
    answer = evolution.migrate(models(sa.BigInteger))
    assert "Proved: upgrade, downgrade, no further changes" in answer.output
    for command in ("upgrade", "downgrade"):
        evolution.now.ok(command)
        assert evolution.rows("SELECT a FROM v") == [(5,)]
