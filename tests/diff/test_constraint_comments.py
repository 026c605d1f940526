"""What models say of constraints, where a database keeps that."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")  # what has these keeps such comments, too


def _models(
    db: SQLAlchemy, *, name: str = "t", column: str = "a", kind: str = "one", **said: str
) -> None:
    """A table with three constraints, of which some have comments."""
    db.Table("p", sa.Column("id", sa.Integer, primary_key=True))
    options = {constraint: {"comment": comment} for constraint, comment in said.items()}
    table = db.Table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(column, sa.Integer if kind == "one" else sa.BigInteger),
        sa.UniqueConstraint(column, name="ua", **options.get("ua", {})),
        sa.CheckConstraint(f"{column} > 0", name="ck", **options.get("ck", {})),
    )
    if "fk" in said:
        table.append_column(sa.Column("p", sa.Integer))
        key = sa.ForeignKeyConstraint(["p"], ["p.id"], name="fk", comment=said["fk"])
        table.append_constraint(key)


def _said(evolution: Evolution) -> dict[object, object]:
    return dict(
        evolution.rows(
            "SELECT conname, obj_description(oid, 'pg_constraint') FROM pg_constraint"
            " WHERE obj_description(oid, 'pg_constraint') IS NOT NULL"
        )
    )


def test_added_changed_and_dropped(evolution: Evolution) -> None:
    """They come with a new table, change, go, and come back."""
    evolution.begin(lambda db: _models(db, ua="it's", ck="50% :x"))
    first = {"ua": "it's", "ck": "50% :x"}
    assert _said(evolution) == first
    answer = evolution.follow(lambda db: _models(db, ck="other", fk="new"))
    assert "~ constraint ua on t: no comment" in answer.output
    assert _said(evolution) == {"ck": "other", "fk": "new"}
    evolution.now.ok("downgrade")
    assert _said(evolution) == first


def test_made_anew(evolution: Evolution) -> None:
    """A constraint keeps its comment where it is dropped and created again, or comes back."""
    evolution.begin(lambda db: _models(db, ua="u", ck="c"))
    renames = ("--rename-table", "t:r", "--rename", "t.a:r.b")
    evolution.follow(
        lambda db: _models(db, name="r", column="b", kind="other", ua="u", ck="c"), *renames
    )
    assert _said(evolution) == {"ua": "u", "ck": "c"}
    evolution.now.ok("downgrade")
    assert _said(evolution) == {"ua": "u", "ck": "c"}
    evolution.now.ok("upgrade")
    evolution.follow(lambda db: db.Table("p", sa.Column("id", sa.Integer, primary_key=True)))
    evolution.now.ok("downgrade")
    assert _said(evolution) == {"ua": "u", "ck": "c"}
