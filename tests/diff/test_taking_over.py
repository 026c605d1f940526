"""A column or a table takes the name of one that goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
_PROVED = "Proved: upgrade, downgrade, no further changes"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _both(db: SQLAlchemy) -> None:
    name = sa.Column("name", sa.String(9), nullable=False)
    new = sa.Column("name_new", sa.String(40))
    db.Table(
        "u",
        _id(),
        name,
        new,
        sa.Column("n", sa.Integer),
        sa.Index("ix_u_name", "name", "n"),
        sa.Index("ix_u_name_new", "name_new"),
        sa.UniqueConstraint("name", name="one_name"),
        sa.CheckConstraint("name <> 'x'", name="other"),
        sa.CheckConstraint("name_new <> ''", name="some"),
    )
    key = sa.ForeignKey("u.name", name="of_name")
    db.Table("c", _id(), sa.Column("u", sa.String(9), key))


def _one(**options: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        name = sa.Column("name", sa.String(40), **options)
        some = sa.CheckConstraint("name <> ''", name="some")
        db.Table("u", _id(), name, sa.Column("n", sa.Integer), sa.Index("ix_u_name", "name"), some)
        db.Table("c", _id(), sa.Column("u", sa.String(9)))

    return models


_FILLED = "INSERT INTO u (id, name, name_new) VALUES (1, 'old', 'new')"


def test_a_column_takes_over(evolution: Evolution) -> None:
    """The old one goes with all that stands on it, which is said; a downgrade has both again."""
    evolution.begin(_both, _FILLED)
    answer = evolution.follow(_one(), "--rename", "u.name_new:u.name")
    assert _PROVED in answer.stdout
    assert "column u.name: its values are lost: 1 value here" in answer.output
    assert "Loses what u.name holds: 1 value" in evolution.script
    assert evolution.rows("SELECT name FROM u") == [("new",)]
    evolution.back(_both)
    assert evolution.rows("SELECT name_new FROM u") == [("new",)]


def test_a_hint_asks_first(local: Evolution) -> None:
    """It may be of a rename long ago: what would be lost is said, until it is allowed."""
    local.begin(_both, _FILLED)
    hinted = _one(info={"renamed_from": "name_new"})
    answer = local.migrate(hinted)
    assert answer.exit_code == 1
    assert "there is a u.name with values" in answer.output
    assert "--rename u.name_new:u.name" in answer.output
    local.follow(hinted, "--no-rename", "u.name")
    assert local.rows("SELECT name FROM u") == [("new",)]


def test_a_hint_for_no_values(local: Evolution) -> None:
    """Where nothing is lost, nothing is asked."""
    local.begin(_both)
    assert (
        "column u.name_new -> name" in local.follow(_one(info={"renamed_from": "name_new"})).stdout
    )


def test_a_hint_of_long_ago(local: Evolution) -> None:
    """The column that the hint names is another one, which goes."""
    local.begin(_both, _FILLED)
    hinted = _one(info={"renamed_from": "name_new"})
    local.follow(hinted, "--no-rename", "u.name_new")
    assert local.rows("SELECT name FROM u") == [("old",)]


def test_both_names_stay(local: Evolution) -> None:
    """A name that both columns keep is a mistake."""
    local.begin(_both)
    answer = local.migrate(_both, "--rename", "u.name_new:u.name")
    assert answer.exit_code == 1
    assert "there is a name already" in answer.output


def _tables(*names: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        for name in names:
            unlike = sa.Column("mail", sa.String(9), nullable=False)
            mail = unlike if name == "users" and len(names) == 2 else sa.Column("at", sa.Integer)
            boss = sa.Column("boss", sa.ForeignKey(f"{name}.id", name=f"boss_of_{name}"))
            db.Table(name, _id(), mail, boss, sa.Index(f"ix_{name}_m", mail))
        author = sa.ForeignKey("users.id", name="author_of")
        db.Table("post", _id(), sa.Column("author", author, nullable=False))

    return models


def test_a_table_takes_over(evolution: Evolution) -> None:
    """Who refers to the old one refers to the new one; a downgrade has both again."""
    evolution.begin(
        _tables("users", "users_v2"),
        "INSERT INTO users (id, mail) VALUES (3, 'm')",
        "INSERT INTO users_v2 (id, at) VALUES (3, 5)",
        "INSERT INTO post VALUES (1, 3)",
    )
    answer = evolution.follow(_tables("users"), "--rename-table", "users_v2:users")
    assert _PROVED in answer.stdout
    assert "table users: its rows are lost: 1 row here" in answer.output
    assert evolution.rows("SELECT id, at FROM users") == [(3, 5)]
    evolution.back(_tables("users", "users_v2"))
    assert evolution.rows("SELECT id, at FROM users_v2") == [(3, 5)]
    assert evolution.rows("SELECT id FROM users") == [(3,)]


def _keyed(*names: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        kind = sa.Integer if len(names) == 2 else sa.String(36)
        boss = sa.ForeignKey("u.id", name="boss_of_u")
        key = sa.PrimaryKeyConstraint("id", name="key_of_u")
        one = [sa.Column("id", kind), sa.Column("boss", boss), key]
        two = [sa.Column(name, sa.String(36), nullable=name == "boss_new") for name in names]
        u = sa.ForeignKey("u.id", name="u_of_c")
        db.Table("u", *one, *two, *(sa.UniqueConstraint(n, name="one") for n in names[:1]))
        new = [sa.Column("u_new", sa.String(36))] if names else []
        db.Table("c", _id(), sa.Column("u", u), *new)

    return models


def test_a_column_becomes_the_key(evolution: Evolution) -> None:
    """It takes the name of the key that goes, as do those that refer to it, on both tables."""
    before = _keyed("id_new", "boss_new")
    evolution.begin(
        before,
        "INSERT INTO u (id, id_new, boss, boss_new) VALUES (1, 'x', NULL, NULL), (2, 'y', 1, 'x')",
        "INSERT INTO c (id, u, u_new) VALUES (1, 2, 'y')",
    )
    both = ("--rename", "u.id_new:u.id", "--rename", "u.boss_new:u.boss", "--rename", "c.u_new:c.u")
    answer = evolution.follow(_keyed(), *both)
    assert "its values are lost: 2 values here" in answer.output
    assert evolution.rows("SELECT id, boss FROM u ORDER BY id") == [("x", None), ("y", "x")]
    assert evolution.rows("SELECT u FROM c") == [("y",)]
    assert _PROVED in answer.stdout
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT id_new FROM u ORDER BY id_new") == [("x",), ("y",)]


def test_a_part_of_a_key(evolution: Evolution) -> None:
    """The same for one column of several: what comes back tells rows apart as the new one does."""

    def models(**more: Any) -> Models:
        def made(db: SQLAlchemy) -> None:
            parts = (sa.Column(name, sa.Integer, autoincrement=False) for name in "ab")
            others = (sa.Column(n, kind, nullable=False) for n, kind in more.items())
            db.Table("u", *parts, *others, sa.PrimaryKeyConstraint("a", "b", name="key_of_u"))

        return made

    before = models(b_new=sa.Integer)
    evolution.begin(before, "INSERT INTO u VALUES (1, 1, 7), (1, 2, 9)")
    evolution.follow(models(), "--rename", "u.b_new:u.b")
    assert evolution.rows("SELECT a, b FROM u ORDER BY b") == [(1, 7), (1, 9)]
    evolution.back(before)
    assert evolution.rows("SELECT a, b_new FROM u ORDER BY b_new") == [(1, 7), (1, 9)]


def test_a_chain_that_ends_at_one(evolution: Evolution) -> None:
    """The last name of a chain is free when what had it has gone."""

    def columns(**types: Any) -> Models:
        def models(db: SQLAlchemy) -> None:
            made = (sa.Column(name, kind, index=name == "c") for name, kind in types.items())
            db.Table("u", _id(), *made)

        return models

    before = columns(a=sa.Integer, b=sa.String(9), c=sa.Date)
    evolution.begin(before, "INSERT INTO u (id, a, b, c) VALUES (1, 5, 'b', '2026-01-02')")
    after = columns(b=sa.Integer, c=sa.String(9))
    evolution.follow(after, "--rename", "u.a:u.b", "--rename", "u.b:u.c")
    assert evolution.rows("SELECT b, c FROM u") == [(5, "b")]
    evolution.back(before)
    assert evolution.rows("SELECT a, b FROM u") == [(5, "b")]


def _refers(name: str, table: str) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{table}.id", name=f"of_{table}")
    return sa.Column(name, sa.Integer, key, nullable=False)


def test_enumerations_and_keys(evolution: Evolution) -> None:
    """Values of what goes are not compared with those of the model, nor what it refers to."""

    def state(name: str, *values: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Enum(*values, name=f"in_{values[0]}"), nullable=False)

    def before(db: SQLAlchemy) -> None:
        for name in ("p", "q"):
            db.Table(name, _id())
        keys = (_refers(f"{n}_id", n) for n in "pq")
        db.Table("u", _id(), state("st", "a", "b"), state("st_new", "c", "d"), *keys)

    def after(db: SQLAlchemy) -> None:
        for name in ("p", "q"):
            db.Table(name, _id())
        key = _refers("p_id", "q")
        db.Table("u", _id(), state("st", "c", "d"), key)

    filled = ("INSERT INTO p VALUES (1)", "INSERT INTO q VALUES (2)")
    evolution.begin(before, *filled, "INSERT INTO u VALUES (1, 'a', 'd', 1, 2)")
    evolution.follow(after, "--rename", "u.st_new:u.st", "--rename", "u.q_id:u.p_id")
    assert evolution.rows("SELECT st, p_id FROM u") == [("d", 2)]
    evolution.back(before)
    assert evolution.rows("SELECT st_new, q_id FROM u") == [("d", 2)]


def _named_alike(*, before: bool) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("u" if before else "look", _id(), sa.Column("a", sa.Integer))
        called = "look" if before else "u"
        db.Table("kept", _id(), sa.Column("b", sa.Integer), sa.Index(called, "b"))

    return models


def test_an_index_is_called_as_the_table(evolution: Evolution) -> None:
    """Where tables and indexes have their names from one pool, the index goes first."""
    evolution.begin(_named_alike(before=True), "INSERT INTO u VALUES (1, 2)")
    both = ("--rename-table", "u:look", "--no-rename", "*")
    assert _PROVED in evolution.follow(_named_alike(before=False), *both).stdout
    assert evolution.rows("SELECT a FROM look") == [(2,)]
    evolution.back(_named_alike(before=True))
    assert evolution.rows("SELECT a FROM u") == [(2,)]


def test_what_is_generated_from_it(evolution: Evolution) -> None:
    """A column that is generated from the one that goes is generated from the other one then."""

    def models(*names: str) -> Models:
        def made(db: SQLAlchemy) -> None:
            twice = sa.Column("z", sa.Integer, sa.Computed("n * 2", persisted=True))
            db.Table("u", _id(), *(sa.Column(name, sa.Integer) for name in names), twice)

        return made

    before = models("n", "n_new")
    evolution.begin(before, "INSERT INTO u (id, n, n_new) VALUES (1, 5, 50)")
    evolution.follow(models("n"), "--rename", "u.n_new:u.n")
    assert evolution.rows("SELECT n, z FROM u") == [(50, 100)]
    evolution.back(before)
    assert evolution.rows("SELECT n_new FROM u") == [(50,)]


def test_a_view_of_others_reads_it(local: Evolution) -> None:
    """It would be broken for a moment, which SQLite does not allow: said before."""
    local.begin(_both, "CREATE VIEW names AS SELECT name FROM u")
    answer = local.migrate(_one(), "--rename", "u.name_new:u.name")
    assert answer.exit_code == 1
    assert "The view names depends on u.name" in answer.output
