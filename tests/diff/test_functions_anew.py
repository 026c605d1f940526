"""A function that is made anew while tables need it: what they say by it makes way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from flask_godwit import Function, Trigger, View
from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_NEXT = """
    CREATE FUNCTION next_to({} integer) RETURNS {} IMMUTABLE LANGUAGE sql
    AS 'SELECT ($1 + 1)::{}'
"""
_ONE, _WIDER, _RENAMED = (
    _NEXT.format(argument, kind, kind)
    for argument, kind in (("a", "integer"), ("a", "bigint"), ("b", "integer"))
)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)


def _models(function: str, *items: sa.schema.SchemaItem, **names: str) -> Models:
    def declare(db: SQLAlchemy) -> None:
        Function("next_to", db, function, before_tables=True)
        own = (item._copy() if isinstance(item, sa.Column) else item for item in items)
        number = sa.Column(names.get("number", "n"), sa.Integer)
        db.Table(names.get("table", "t"), _key(), number, *own)

    return declare


def _everything(function: str, number: str = "n") -> Models:
    """Whatever may call one."""

    def declare(db: SQLAlchemy) -> None:
        Function("next_to", db, function, before_tables=True)
        call = f"next_to({number})"
        span = sa.text(f"int4range(0, {number})")
        domain = pg.DOMAIN("part", sa.Integer, check="next_to(VALUE) > 1", default="7")
        table = db.Table(
            "t",
            _key(),
            sa.Column(number, sa.Integer),
            sa.Column("d", sa.BigInteger, server_default=sa.text("next_to(1)")),
            sa.Column("g", sa.BigInteger, sa.Computed(call, persisted=True), unique=True),
            sa.Column("p", domain),
            sa.CheckConstraint(f"{call} > 0", name="positive"),
            sa.Index("by_next", sa.text(call)),
            sa.Index("some", number, postgresql_where=sa.text(f"{call} > 3")),
            pg.ExcludeConstraint((span, "&&"), name="apart", where=sa.text(f"{call} > 5")),
        )
        View("v", db, f"SELECT g, next_to({number}) AS x FROM t")
        Function(
            "touch",
            db,
            "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.d := 9; RETURN NEW; END $$",
        )
        Trigger(
            "t_touch",
            table,
            "CREATE TRIGGER t_touch BEFORE UPDATE ON t FOR EACH ROW"
            f" WHEN (next_to(OLD.{number}) > 100) EXECUTE FUNCTION touch()",
        )

    return declare


_COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 't'"


def _there_and_back(evolution: Evolution, other: Models, *arguments: str) -> None:
    """Another function stays in a database from which tables are dropped: proofs compare."""
    columns = sorted(name for (name,) in evolution.rows(_COLUMNS))
    query = f"SELECT {', '.join(columns)} FROM t"
    before = evolution.rows(query)
    answer = evolution.migrate(other, *arguments)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    evolution.now.ok("downgrade")
    assert evolution.rows(query) == before


@pytest.mark.parametrize("changed", [_WIDER, _RENAMED], ids=["result", "argument"])
def test_everything(evolution: Evolution, changed: str) -> None:
    """All that calls it comes back, there and on the way back."""
    evolution.begin(_everything(_ONE), "INSERT INTO t (id, n) VALUES (1, 7)")
    _there_and_back(evolution, _everything(changed))
    assert evolution.rows("SELECT d, g, x, p FROM t NATURAL JOIN v") == [(2, 8, 8, 7)]


def test_with_a_rename(evolution: Evolution) -> None:
    """The same, while a column that they read gets another name."""
    evolution.begin(_everything(_ONE), "INSERT INTO t (id, n) VALUES (1, 7)")
    _there_and_back(evolution, _everything(_WIDER, "m"), "--rename", "t.n:m")
    assert evolution.rows("SELECT g, x FROM v") == [(8, 8)]


def _default(kind: type[sa.types.TypeEngine[object]], said: str) -> sa.Column[object]:
    return sa.Column("d", kind, server_default=sa.text(said), nullable=False)


def _computed(kind: type[sa.types.TypeEngine[object]], said: str) -> sa.Column[object]:
    return sa.Column("g", kind, sa.Computed(said, persisted=True), index=True)


@pytest.mark.parametrize(
    "after",
    [
        (_default(sa.BigInteger, "next_to(1)"), _computed(sa.BigInteger, "next_to(n)")),
        (_default(sa.Integer, "next_to(2)"), _computed(sa.Integer, "next_to(n) * 2")),
        (_default(sa.Integer, "5"), _computed(sa.Integer, "n * 2")),
        (sa.Column("e", sa.BigInteger, server_default=sa.text("next_to(3)")),),
        (),
    ],
    ids=["other types", "other words", "without it", "a new column", "no columns"],
)
def test_together_with_columns(
    evolution: Evolution, after: tuple[sa.schema.SchemaItem, ...]
) -> None:
    """What changes of a caller by itself changes, too."""
    check = sa.CheckConstraint("next_to(n) < 100", name="small")
    columns = (_default(sa.Integer, "next_to(1)"), _computed(sa.Integer, "next_to(n)"), check)
    one = _models(_ONE, *columns)
    evolution.begin(one, "INSERT INTO t (id, n) VALUES (1, 7)")
    _there_and_back(evolution, _models(_WIDER, *after))
    evolution.now.execute("INSERT INTO t (id, n) VALUES (2, 8)")
    assert evolution.rows("SELECT d, g FROM t WHERE id = 2") == [(2, 9)]


def test_of_a_type_that_changes(evolution: Evolution) -> None:
    """An enumeration that the function takes is made anew in between."""

    def models(*labels: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            kind = sa.Enum(*labels, name="kind")
            known = (
                "CREATE FUNCTION known(k kind) RETURNS boolean IMMUTABLE LANGUAGE sql"
                " AS 'SELECT k IS NOT NULL'"
            )
            sa.event.listen(db.metadata, "before_create", lambda *a, **_: kind.create(a[1], True))
            Function("known", db, known, before_tables=True)
            says = sa.CheckConstraint("known(k)", name="is_known")
            db.Table("t", _key(), sa.Column("k", kind), says)

        return declare

    evolution.begin(models("a", "b"), "INSERT INTO t VALUES (1, 'a')")
    _there_and_back(evolution, models("b", "a", "c"))


def test_of_a_dropped_table(evolution: Evolution) -> None:
    """A table that needs the function goes before that, and comes back after it."""

    def models(function: str, *tables: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _models(function)(db)
            for name in tables:
                number = sa.Column("n", sa.Integer, server_default=sa.text("next_to(1)"))
                says = sa.CheckConstraint("next_to(n) > 0", name=f"{name}_positive")
                refers = sa.Column("of", sa.ForeignKey("t.id"), index=True)
                db.Table(name, _key(), number, refers, says)

        return declare

    before = models(_ONE, "a", "b")
    evolution.begin(before, "INSERT INTO t VALUES (1, 2)", "INSERT INTO a (id) VALUES (1)")
    _there_and_back(evolution, models(_WIDER, "b", "c"), "--no-rename", "*", "--allow-drop")


def test_of_a_new_schema(evolution: Evolution) -> None:
    """What stands in a schema that the first revision makes is compared at once."""

    def declare(db: SQLAlchemy) -> None:
        own = _ONE.replace("next_to", "app.next_to")
        Function("next_to", db, own, before_tables=True, schema="app")
        number = sa.Column("n", sa.Integer, server_default=sa.text("app.next_to(1)"))
        db.Table("t", _key(), number, schema="app")
        View("v", db, "SELECT n FROM app.t", schema="app")

    answer = evolution.migrate(declare)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)
