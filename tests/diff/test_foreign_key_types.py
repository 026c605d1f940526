"""Both ends of a foreign key get a type that has nothing in common with the old one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_ID = "7b1c9a3e-0d5f-4c55-8a6e-2f4f7a3b9c11"


def _models(
    kind: Callable[[], Any],
    name: str = "r",
    schema: str | None = None,
    called: str = "fk_p",
    **options: Any,
) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("u", sa.Column("id", kind(), primary_key=True, autoincrement=False), schema=schema)
        remote = f"{schema}.u.id" if schema else "u.id"
        db.Table(
            "p",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(name, kind(), sa.ForeignKey(remote, name=called, **options), nullable=False),
            schema=schema,
        )

    return models


@pytest.mark.parametrize("name", ["r", "s"])
def test_uuid(evolution: Evolution, name: str) -> None:
    """Texts become UUIDs at both ends, and texts again; the column may have a new name."""
    one = _models(lambda: sa.String(36), ondelete="CASCADE")
    evolution.begin(
        one,
        f"INSERT INTO u (id) VALUES ('{_ID}')",
        f"INSERT INTO p (id, r) VALUES (1, '{_ID}')",
    )
    renames = () if name == "r" else ("--rename", f"p.r:p.{name}")
    evolution.follow(_models(sa.Uuid, name, ondelete="CASCADE"), *renames)
    assert evolution.rows(f"SELECT count(*) FROM u JOIN p ON u.id = p.{name}") == [(1,)]
    evolution.back(one)
    assert evolution.rows("SELECT r FROM p") == [(_ID,)]


def test_it_gets_another_name(evolution: Evolution) -> None:
    """The key, which is away meanwhile, and comes back with that."""
    one = _models(lambda: sa.String(36))
    evolution.begin(one, f"INSERT INTO u (id) VALUES ('{_ID}')")
    evolution.follow(_models(sa.Uuid, called="fk_other"))
    evolution.back(one)


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("labels", [("b", "c", "a"), ("c", "b", "a", "d")], ids=["other", "more"])
def test_enumeration_made_anew(evolution: Evolution, labels: tuple[str, ...]) -> None:
    """An enumeration is made anew, of which the columns of a key are."""
    one = _models(lambda: sa.Enum("a", "b", name="kind"), deferrable=True, initially="DEFERRED")
    other = _models(lambda: sa.Enum(*labels, name="kind"), deferrable=True, initially="DEFERRED")
    evolution.begin(one, "INSERT INTO u (id) VALUES ('b')", "INSERT INTO p (id, r) VALUES (1, 'b')")
    evolution.follow(other)
    evolution.back(one)
    assert evolution.rows("SELECT r FROM p") == [("b",)]


@pytest.mark.requires("enum_types")
def test_other_enumeration(evolution: Evolution) -> None:
    """Another enumeration, and a renamed column with it."""
    one = _models(lambda: sa.Enum("a", "b", name="one"))
    evolution.begin(one, "INSERT INTO u (id) VALUES ('b')", "INSERT INTO p (id, r) VALUES (1, 'b')")
    evolution.follow(_models(lambda: sa.Enum("b", "a", name="two"), "s"), "--rename", "p.r:p.s")
    evolution.back(one)


@pytest.mark.requires("schemas")
def test_in_a_schema(evolution: Evolution) -> None:
    """So it is in a schema that is not the usual one."""
    with evolution.database.engine() as engine, engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA shop"))
    evolution.begin(_models(lambda: sa.String(36), schema="shop"))
    answer = evolution.migrate(_models(sa.Uuid, schema="shop"))
    assert answer.exit_code == 0, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("downgrade")


@pytest.mark.requires("schemas")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (sa.Integer, sa.BigInteger),
        (lambda: sa.String(9), sa.Text),
        (lambda: sa.String(9), lambda: sa.String(36)),
        (sa.Date, sa.DateTime),
    ],
    ids=["wider", "text", "longer", "moment"],
)
def test_no_needless_drop(evolution: Evolution, old: Any, new: Any) -> None:
    """A key stays where PostgreSQL compares the old type with the new one."""
    one = _models(old)
    evolution.begin(one)
    evolution.follow(_models(new))
    assert "fk_p" not in evolution.script
    evolution.back(one)
