"""Nothing is made before what it refers to, or dropped before what refers to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True)


def kept(db: SQLAlchemy) -> None:
    for name in ("one", "two", "three", "four"):
        db.Table(name, _id())


def chain(db: SQLAlchemy) -> None:
    """Tables whose alphabet says nothing about who refers to whom."""
    kept(db)
    db.Table("c", _id())
    db.Table("a", _id(), sa.Column("c", sa.ForeignKey("c.id", name="a_c")))
    db.Table("b", _id(), sa.Column("a", sa.ForeignKey("a.id", name="b_a"), index=True))


def cycle(**options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        kept(db)
        players = sa.ForeignKey("player.id", name="captain", **options)
        db.Table("team", _id(), sa.Column("captain", players, index=True))
        teams = sa.ForeignKey("team.id", name="team", ondelete="CASCADE")
        db.Table("player", _id(), sa.Column("team", teams, index=True))

    return models


class TestTables:
    def test_chain(self, evolution: Evolution) -> None:
        """Three tables in a row come and go."""
        evolution.begin(kept)
        evolution.follow(chain)
        evolution.back(kept)

    def test_chain_dropped(self, evolution: Evolution) -> None:
        """The same the other way round."""
        evolution.begin(chain)
        evolution.follow(kept)
        evolution.back(chain)

    @pytest.mark.requires("alter_column")
    @pytest.mark.parametrize("options", [{}, {"use_alter": True}], ids=["plain", "use_alter"])
    def test_cycle(self, evolution: Evolution, options: dict[str, Any]) -> None:
        """Two tables that refer to each other: one key comes when both are there."""
        evolution.begin(kept)
        evolution.follow(cycle(**options))
        evolution.back(kept)

    @pytest.mark.requires("alter_column")
    def test_cycle_dropped(self, evolution: Evolution) -> None:
        """One key goes before the tables, and comes back after them."""
        evolution.begin(cycle())
        evolution.follow(kept)
        evolution.back(cycle())


def codes(unique: bool, name: str) -> Callable[[SQLAlchemy], None]:
    """A foreign key to a column that is unique in one version of the models only."""

    def models(db: SQLAlchemy) -> None:
        db.Table("a_first", _id(), sa.Column("code", sa.Integer, nullable=False))
        wanted = sa.Column("code", sa.Integer, nullable=False)
        city = db.Table("z_city", _id(), wanted)
        first = db.metadata.tables["a_first"]
        if unique:
            city.append_constraint(sa.UniqueConstraint("code", name="uq_code"))
            first.append_constraint(
                sa.ForeignKeyConstraint(["code"], ["z_city.code"], name="fk_code")
            )
            sa.Index(name, first.c.code)
        else:
            sa.Index(name, first.c.code)

    return models


class TestKeys:
    def test_key_and_its_target(self, evolution: Evolution) -> None:
        """The unique constraint of another table comes before the foreign key that needs it."""
        before, after = codes(False, "ix_code"), codes(True, "ix_code")
        evolution.begin(before)
        evolution.follow(after)
        evolution.back(before)

    @pytest.mark.requires("alter_column")
    def test_column_with_key_and_index(self, evolution: Evolution) -> None:
        """A column goes with its foreign key and its index, in the order that MySQL wants."""

        def bare(db: SQLAlchemy) -> None:
            kept(db)
            db.Table("c", _id())
            db.Table("a", _id())
            db.Table("b", _id())

        evolution.begin(chain)
        evolution.follow(bare)
        evolution.back(chain)

    def test_no_name(self, evolution: Evolution) -> None:
        """A constraint that nobody named can be dropped again: it was given a name."""

        def before(db: SQLAlchemy) -> None:
            db.Table("users", _id(), sa.Column("email", sa.String(50)))

        def after(db: SQLAlchemy) -> None:
            db.Table(
                "users", _id(), sa.Column("email", sa.String(50)), sa.UniqueConstraint("email")
            )

        evolution.begin(before)
        assert evolution.migrate(after).exit_code == 0
        evolution.now.ok("upgrade")
        evolution.now.ok("check")
        evolution.back(before)


def _parts(*others: str, has_new: bool) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        keys = [sa.Column(name, sa.Integer, primary_key=True) for name in ("id", *others)]
        db.Table("tag", *keys, sa.PrimaryKeyConstraint("id", *others, name="pk_tag"))
        if has_new:
            db.Table("note", _id(), sa.Column("tag", sa.ForeignKey("tag.id", name="fk_tag")))

    return models


def test_new_table_refers_to_a_new_key(evolution: Evolution) -> None:
    """A column becomes the whole key in the step that makes what refers to it."""
    before = _parts("part", has_new=False)
    evolution.begin(before, "INSERT INTO tag (id, part) VALUES (1, 2)")
    evolution.follow(_parts(has_new=True), "--allow-drop")
    evolution.now.execute("INSERT INTO note (id, tag) VALUES (1, 1)")
    evolution.back(before)
    assert evolution.rows("SELECT id FROM tag") == [(1,)]
