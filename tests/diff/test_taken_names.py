"""A name that is given free and taken again in one revision: of an index, or a constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _own() -> tuple[Any, ...]:
    """Everything that has a name, over one column."""
    return (
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name="fk_owner"),
        sa.CheckConstraint("owner > 0", name="ck_owner"),
        sa.UniqueConstraint("owner", name="uq_owner"),
        sa.Index("ix_owner", "owner", "id"),
    )


ROWS = (
    "INSERT INTO people VALUES (1)",
    "INSERT INTO cats VALUES (1, 1)",
    "INSERT INTO dogs VALUES (1, 1)",
)


def _kept(table: str) -> Models:
    """Two tables that stay, of which one has it all."""

    def models(db: SQLAlchemy) -> None:
        db.Table("people", _id())
        for name in ("cats", "dogs"):
            own = _own() if name == table else ()
            db.Table(name, _id(), sa.Column("owner", sa.Integer), *own)

    return models


def test_on_another_table(evolution: Evolution) -> None:
    """All names move from a table to one that comes before it, and back."""
    evolution.begin(_kept("dogs"), *ROWS)
    evolution.follow(_kept("cats"))
    evolution.back(_kept("dogs"))
    assert evolution.rows("SELECT id, owner FROM cats") == [(1, 1)]


def _moved_column(table: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("people", _id())
        for name in ("cats", "dogs"):
            own = (sa.Column("owner", sa.Integer), *_own()[1:]) if name == table else ()
            db.Table(name, _id(), sa.Column("more", sa.Integer), *own)

    return models


def test_with_their_column(evolution: Evolution) -> None:
    """The column that they are about moves, too."""
    evolution.begin(_moved_column("dogs"))
    evolution.follow(_moved_column("cats"))
    evolution.back(_moved_column("dogs"))


def _one(table: str) -> Models:
    """One table that has it all, and another one that refers to it."""

    def models(db: SQLAlchemy) -> None:
        db.Table("people", _id())
        more = [sa.Column("born", sa.Date)] if table == "cats" else []
        db.Table(table, _id(), sa.Column("owner", sa.Integer), *more, *_own())
        pet = sa.ForeignKey(f"{table}.id", name="fk_pet")
        db.Table("houses", _id(), sa.Column("pet", sa.Integer, pet))

    return models


def test_on_a_new_table(evolution: Evolution) -> None:
    """A table that goes is away before a new one has its names; what referred to it stays."""
    evolution.begin(_one("dogs"), "INSERT INTO houses VALUES (1, NULL)")
    evolution.follow(_one("cats"), "--no-rename", "*", "--allow-drop")
    evolution.back(_one("dogs"))
    assert evolution.rows("SELECT id, pet FROM houses") == [(1, None)]


def _renamed(old: str, *, new: bool) -> Models:
    def models(db: SQLAlchemy) -> None:
        table = db.Table(old, _id(), sa.Column("mail", sa.String(9)))
        more = [sa.Column("since", sa.Date)]
        last = db.Table("users", _id(), sa.Column("mail", sa.String(9)), *more) if new else table
        if new:
            sa.Index("ix_users_old_mail", table.c.mail, unique=True)
        sa.Index("ix_users_mail", last.c.mail, unique=True)

    return models


def test_on_a_table_that_takes_the_name_of_another(evolution: Evolution) -> None:
    """A table is renamed, and a new one is called as it was, as are its indexes."""
    before = _renamed("users", new=False)
    evolution.begin(before, "INSERT INTO users VALUES (1, 'a')")
    evolution.follow(_renamed("users_old", new=True), "--rename-table", "users:users_old")
    assert evolution.rows("SELECT * FROM users_old") == [(1, "a")]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT * FROM users") == [(1, "a")]


def _keys(first: str, second: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("people", _id())
        columns = [sa.Column(name, sa.Integer) for name in ("mother", "father")]
        tables = [
            sa.ForeignKeyConstraint(["mother"], ["people.id"], name=first),
            sa.ForeignKeyConstraint(["father"], ["people.id"], name=second, ondelete="CASCADE"),
        ]
        db.Table("children", _id(), *columns, *tables)

    return models


def test_on_the_same_table(local: Evolution) -> None:
    """Two foreign keys that change names."""
    local.begin(_keys("fk_1", "fk_2"))
    local.follow(_keys("fk_2", "fk_1"))
    local.back(_keys("fk_1", "fk_2"))


def _checked(table: str, kind: Any, *values: str) -> Models:
    """A CHECK that is called like its table, over values that may change with it."""

    def models(db: SQLAlchemy) -> None:
        words = ", ".join(f"'{value}'" for value in values)
        check = sa.CheckConstraint(f"state IN ({words})", name=f"ck_{table}_state")
        columns = (sa.Column("state", sa.String(20)), sa.Column("seen", kind))
        db.Table(table, _id(), *columns, check)

    return models


def test_of_a_renamed_table_that_changes_too(evolution: Evolution) -> None:
    """What has the name for a moment in between is not dropped before it is there."""
    before = _checked("folk", sa.DateTime, "new", "old")
    evolution.begin(before, "INSERT INTO folk VALUES (1, 'new', NULL)")
    evolution.follow(_checked("accounts", sa.Date, "new", "it"), "--rename-table", "folk:accounts")
    assert evolution.rows("SELECT state FROM accounts") == [("new",)]
    evolution.back(before)


def _in_words(column: str, *, checked: bool) -> Models:
    """A CHECK over a column that may be renamed, and may be gone."""

    def models(db: SQLAlchemy) -> None:
        check = sa.CheckConstraint(f"{column} IN ('new', 'old')", name="ck_state")
        own = (check,) if checked else ()
        db.Table("folk", _id(), sa.Column(column, sa.String(20)), *own)

    return models


def test_of_a_renamed_column_that_is_checked_no_longer(evolution: Evolution) -> None:
    """What is away while the column is renamed, and goes then, is dropped when it is there."""
    before = _in_words("name", checked=True)
    evolution.begin(before, "INSERT INTO folk VALUES (1, 'new')")
    evolution.follow(_in_words("state", checked=False), "--rename", "folk.name:folk.state")
    evolution.back(before)
    assert evolution.rows("SELECT name FROM folk") == [("new",)]


def test_of_a_renamed_index(evolution: Evolution) -> None:
    """The name of an index goes to one of a table before it, while that gets another name."""

    def models(**indexes: str) -> Models:
        def made(db: SQLAlchemy) -> None:
            for table in ("cats", "dogs"):
                named = [sa.Index(indexes[table], "owner")] if table in indexes else []
                db.Table(table, _id(), sa.Column("owner", sa.Integer), *named)

        return made

    before = models(dogs="ix_owner")
    evolution.begin(before)
    evolution.follow(models(cats="ix_owner", dogs="ix_master"))
    evolution.back(before)


def _owned(table: str, **options: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("people", _id())
        owner = sa.ForeignKey("people.id", **options)
        db.Table(table, _id(), sa.Column("owner", sa.Integer, owner))

    return models


def test_of_a_key_that_changes_with_its_table(evolution: Evolution) -> None:
    """A foreign key of a renamed table changes: it is there again before its name goes back."""
    before = _owned("cats")
    evolution.begin(before, "INSERT INTO people VALUES (1)", "INSERT INTO cats VALUES (1, 1)")
    after = _owned("pets", ondelete="CASCADE")
    answer = evolution.migrate(after, "--rename-table", "cats:pets")
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout
    evolution.now.ok("upgrade")
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT id, owner FROM cats") == [(1, 1)]


def _kinds(*, table: bool, typed: bool) -> Models:
    def models(db: SQLAlchemy) -> None:
        refers = []
        if table:
            db.Table("kind", _id(), sa.Column("name", sa.String(9), index=True))
            refers = [sa.Column("kind_id", sa.ForeignKey("kind.id", name="fk_kind"))]
        kind = sa.Enum("cat", "dog", name="kind" if typed else "kinds")
        db.Table("aviary", _id())
        db.Table("pets", _id(), sa.Column("kind", kind), *refers)

    return models


@pytest.mark.requires("enum_types")
def test_of_a_type(evolution: Evolution) -> None:
    """A table takes the name of an enumeration that goes, and gives it back."""
    before = _kinds(table=False, typed=True)
    evolution.begin(before, "INSERT INTO pets VALUES (1, 'cat')")
    evolution.follow(_kinds(table=True, typed=False))
    assert evolution.rows("SELECT kind FROM pets") == [("cat",)]
    evolution.back(before)
    assert evolution.rows("SELECT kind FROM pets") == [("cat",)]
