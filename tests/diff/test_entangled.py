"""Two changes of which one is in the other's way, or takes something of it along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
_PROVED = "Proved: upgrade, downgrade, no further changes"


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _one(*items: Callable[[], Any], key: Any = sa.Integer) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", key, primary_key=True), *(item() for item in items))

    return models


def _tree(column: str, **options: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.metadata.naming_convention = {"fk": "fk_%(table_name)s_%(column_0_name)s"}
        key = sa.ForeignKey("tree.id", **options)  # type: ignore[arg-type]
        db.Table("tree", _id(), sa.Column(column, key))

    return models


def test_renamed_foreign_key_changes(evolution: Evolution) -> None:
    """It has its new name when it goes, and the old one again when it comes back."""
    inserts = [f"INSERT INTO tree VALUES {row}" for row in ("(1, NULL)", "(2, 1)")]
    evolution.begin(_tree("up"), *inserts)
    after = _tree("parent_id", ondelete="SET NULL")
    evolution.follow(after, "--rename", "tree.up:tree.parent_id")
    assert evolution.rows("SELECT parent_id FROM tree WHERE id = 2") == [(1,)]
    evolution.back(_tree("up"))
    assert evolution.rows("SELECT up FROM tree WHERE id = 2") == [(1,)]


def test_nameless_cycle(evolution: Evolution) -> None:
    """The foreign key that closes a cycle of new tables can be dropped again."""

    def kept(db: SQLAlchemy) -> None:
        db.Table("kept", _id())

    def cycle(db: SQLAlchemy) -> None:
        kept(db)
        db.Table("a", _id(), sa.Column("b_id", sa.ForeignKey("b.id"), index=True))
        db.Table("b", _id(), sa.Column("a_id", sa.ForeignKey("a.id"), unique=True))

    evolution.begin(kept)
    assert _PROVED in evolution.migrate(cycle).stdout


@pytest.mark.requires("enum_types")
def test_type_under_expressions(evolution: Evolution) -> None:
    """What reads a column is the same as before, in the server's words, when its type changed."""

    def models(length: int, mood: Any) -> Models:
        listed = "w IN ('a', 'b')"
        both = sa.Computed("lower(w)", persisted=True)
        return _one(
            lambda: sa.Column("w", sa.String(length)),
            lambda: sa.Column("low", sa.String(20), both, index=True),
            lambda: sa.CheckConstraint(listed, name="listed"),
            lambda: sa.Column("mood", mood(), server_default="a"),
            lambda: sa.Column("n", sa.Float, server_default="1e3"),
        )

    def kept() -> object:
        check = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'listed'"
        return evolution.rows(check), evolution.rows("SELECT w, low, mood::text FROM t")

    def text() -> Any:
        return sa.Enum("a", "b", name="as_text", native_enum=False, create_constraint=True)

    before = models(5, lambda: sa.Enum("a", "b", name="mood"))
    evolution.begin(before, "INSERT INTO t (id, w) VALUES (1, 'a')")
    was = kept()
    evolution.follow(models(9, text))
    assert kept() == was
    evolution.back(before)
    assert kept() == was


@pytest.mark.requires("enum_types")
def test_default_of_another_type(evolution: Evolution) -> None:
    """PostgreSQL converts the type by itself: the default is what the models would make."""

    def models(kind: Any, time: Any) -> Models:
        return _one(
            lambda: sa.Column("n", kind, server_default="7"),
            lambda: sa.Column("at", time, server_default=sa.func.now()),
        )

    def kept() -> list[Any]:
        query = "SELECT column_default FROM information_schema.columns WHERE column_name = "
        return [evolution.rows(f"{query}'{name}'")[0][0] for name in ("n", "at")]

    before = models(sa.SmallInteger, sa.DateTime)
    evolution.begin(before)
    evolution.follow(models(sa.BigInteger, sa.Date))
    assert kept() == ["'7'::bigint", "now()"]
    evolution.back(before)
    assert kept() == ["'7'::smallint", "now()"]


@pytest.mark.requires("enum_types")
def test_values_under_expressions(evolution: Evolution) -> None:
    """A CHECK and a partial index read the enumeration that is made anew; one of them changes."""

    def models(*values: str) -> Models:
        last = sa.text(f"state = '{values[-1]}'")
        return _one(
            lambda: sa.Column("state", sa.Enum(*values, name="state"), server_default="new"),
            lambda: sa.CheckConstraint("state <> 'old'", name="not_old"),
            lambda: sa.Index("last", "id", postgresql_where=last),
        )

    evolution.begin(models("new", "old", "odd"), "INSERT INTO t (id) VALUES (1)")
    evolution.follow(models("old", "new"))
    evolution.back(models("new", "old", "odd"))
    index = "SELECT pg_get_indexdef('last'::regclass)"
    assert "WHERE (state = 'odd'::state)" in str(evolution.rows(index))
    assert evolution.rows("SELECT state::text FROM t") == [("new",)]


def test_checked_column_gets_a_name_that_is_quoted(local: Evolution) -> None:
    """SQLite takes a quoted name that no column has yet for a text: no row is refused for that."""

    def models(name: str) -> Models:
        kind = {"native_enum": False, "create_constraint": True}
        mood = sa.Enum("old", "new", name=f"mood in {name}", **kind)
        return _one(lambda: sa.Column(name, mood))

    local.begin(models("born"), "INSERT INTO t VALUES (1, 'old')")
    local.follow(models("a b"), "--rename", "t.born:t.a b")
    local.back(models("born"))
    assert local.rows("SELECT * FROM t") == [(1, "old")]


def test_collation_goes(local: Evolution) -> None:
    """With a change of the type, and comes back."""
    before = _one(lambda: sa.Column("w", sa.String(5, collation="NOCASE")))
    local.begin(before)
    local.follow(_one(lambda: sa.Column("w", sa.String(9))))
    table = "SELECT sql FROM sqlite_schema WHERE name = 't'"
    assert "NOCASE" not in str(local.rows(table))
    local.back(before)
    assert "NOCASE" in str(local.rows(table))


@pytest.mark.requires("schemas", "enum_types")
def test_sequence_and_schema(evolution: Evolution) -> None:
    """A sequence ends where its column's type does; a schema is made for the first table in it."""

    def after(db: SQLAlchemy) -> None:
        sa.event.listen(db.metadata, "before_create", sa.DDL("CREATE SCHEMA IF NOT EXISTS apart"))
        _one(key=sa.BigInteger)(db)
        db.Table("there", _id(), sa.Column("t_id", sa.ForeignKey("t.id")), schema="apart")

    ends = "SELECT max_value FROM pg_sequences WHERE sequencename = 't_id_seq'"
    evolution.begin(_one())
    answer = evolution.migrate(after)
    assert _PROVED in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    assert evolution.rows(ends) == [(2**63 - 1,)]
    evolution.now.ok("downgrade")
    assert evolution.rows(ends) == [(2**31 - 1,)]


@pytest.mark.requires("enum_types")
def test_unique_waits(evolution: Evolution) -> None:
    """A unique constraint is checked at the end of a transaction, and at once again."""

    def models(**options: Any) -> Models:
        unique = lambda: sa.UniqueConstraint("n", name="one", **options)  # noqa: E731
        return _one(lambda: sa.Column("n", sa.Integer), unique)

    late = "SELECT condeferrable, condeferred FROM pg_constraint WHERE conname = 'one'"
    evolution.begin(models())
    evolution.follow(models(deferrable=True, initially="DEFERRED"))
    assert evolution.rows(late) == [(True, True)]
    evolution.back(models())
    assert evolution.rows(late) == [(False, False)]


@pytest.mark.requires("auto_increment")
class TestMySQL:
    def test_default_is_dropped(self, evolution: Evolution) -> None:
        """What may be NULL is NULL again when nothing is said."""
        now = sa.func.now()
        evolution.begin(_one(lambda: sa.Column("d", sa.DateTime, server_default=now)))
        evolution.follow(_one(lambda: sa.Column("d", sa.DateTime)))
        evolution.now.execute("INSERT INTO t (id) VALUES (1)")
        assert evolution.rows("SELECT d FROM t") == [(None,)]

    def test_counting_key_becomes_text(self, evolution: Evolution) -> None:
        """It counts no more before it is a text, and counts again when it is a number."""
        evolution.begin(_one(lambda: sa.Column("per%cent", sa.Integer)))
        evolution.follow(_one(lambda: sa.Column("per%cent", sa.BigInteger), key=sa.String(20)))
        evolution.back(_one(lambda: sa.Column("per%cent", sa.Integer)))
        evolution.now.execute("INSERT INTO t () VALUES ()")
        assert evolution.rows("SELECT id FROM t") == [(1,)]

    def test_number_becomes_uuid(self, evolution: Evolution) -> None:
        """Where there is no such conversion, it is refused before a script is written."""
        evolution.begin(_one())
        answer = evolution.migrate(_one(key=sa.Uuid))
        with evolution.database.engine() as engine, engine.connect():
            type_name = sa.Uuid().compile(dialect=engine.dialect)
        if type_name == "CHAR(32)":  # so MySQL, and MariaDB under SQLAlchemy 2.0
            assert _PROVED in answer.stdout
        else:
            assert answer.exit_code == 1
            assert "t.id: MariaDB knows no conversion from Integer() to Uuid()" in answer.output

    def test_collation_is_taken_back(self, evolution: Evolution) -> None:
        """A column that is no longer given one has that of its table."""
        plain = _one(lambda: sa.Column("w", sa.String(9)))
        evolution.begin(plain)
        evolution.follow(_one(lambda: sa.Column("w", sa.String(9, collation="utf8mb4_bin"))))
        evolution.back(plain)
        assert "utf8mb4_bin" not in str(evolution.rows("SHOW CREATE TABLE t"))


def test_renamed_check_changes(evolution: Evolution) -> None:
    """It says the new thing under its new name, and on the way back the old one again."""

    def models(column: str, least: int) -> Models:
        def declare(db: SQLAlchemy) -> None:
            db.metadata.naming_convention = {
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "ix": "ix_%(table_name)s_%(column_0_name)s",
            }
            number = sa.Column(column, sa.Integer, index=True)
            db.Table("t", _id(), number)
            # An expression of the model's own columns, which attaches itself to their table.
            sa.CheckConstraint(number >= least, name=f"least_{column}")

        return declare

    before, after = models("age", 0), models("a b", 5)
    evolution.begin(before, "INSERT INTO t (id, age) VALUES (1, 7)")
    answer = evolution.follow(after, "--rename", "t.age:t.a b")
    assert _PROVED in answer.stdout
    with pytest.raises(sa.exc.DBAPIError):
        evolution.now.execute("INSERT INTO t VALUES (2, 3)")
    evolution.back(before)
    evolution.now.execute("INSERT INTO t (id, age) VALUES (2, 3)")


def test_renamed_table_loses_what_has_no_name(evolution: Evolution) -> None:
    """MySQL and MariaDB give such constraints new names together with the table."""

    def models(name: str, *, bound: bool) -> Models:
        def declare(db: SQLAlchemy) -> None:
            db.Table("p", _id())
            rules = (sa.ForeignKeyConstraint(["p_id"], ["p.id"]), sa.CheckConstraint("n > 0"))
            columns = [sa.Column(each, sa.Integer) for each in ("p_id", "n")]
            db.Table(name, _id(), *columns, *(rules if bound else ()))

        return declare

    before, after = models("two words", bound=True), models("u", bound=False)
    evolution.begin(before)
    assert _PROVED in evolution.follow(after, "--rename-table", "two words:u").stdout
    evolution.back(before)


def test_text_comes_where_an_index_goes(evolution: Evolution) -> None:
    """MySQL has no index on a TEXT, neither before the index is gone nor after it is back."""

    def models(kind: Any, *, keys: bool) -> Models:
        def declare(db: SQLAlchemy) -> None:
            names = ("per%cent", "b")
            columns = [sa.Column(name, kind, index=keys, unique=keys) for name in names]
            pair = [sa.UniqueConstraint("id", "b", name="uq_b")] if keys else []
            db.Table("t", _id(), *columns, *pair)

        return declare

    before, after = models(sa.String(20), keys=True), models(sa.Text(), keys=False)
    evolution.begin(before, "INSERT INTO t VALUES (1, 'x', '7')")
    evolution.follow(after)
    evolution.back(before)
