"""What casts to an enumeration, far from its columns, while that is made anew."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

ONE, OTHER = ("a", "b"), ("b", "c", "a")


def _models(labels: tuple[str, ...], *columns: sa.Column[object]) -> Models:
    def declare(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        db.Table("t", key, sa.Column("a", sa.Enum(*labels, name="kind")))
        db.Table(
            "other",
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            *(column._copy() for column in columns),
            sa.CheckConstraint("id::text <> ('a'::kind)::text", name="cast"),
        )

    return declare


def _column(default: str | None, type_: type[sa.types.TypeEngine[object]] = sa.Text) -> sa.Column:
    said = sa.text(f"('{default}'::kind)::text") if default else None
    return sa.Column("s", type_, nullable=False, server_default=said)


@pytest.mark.parametrize(
    "after",
    [
        (_column("a"),),
        (_column("c"),),
        (_column("c", sa.String(9)),),
        (_column(None),),
        (),
        (_column("a"), sa.Column("n", sa.Text, server_default=sa.text("('c'::kind)::text"))),
    ],
    ids=["the same", "another", "of another type", "none", "no column", "a new column"],
)
def test_casts(evolution: Evolution, after: tuple[sa.Column[object], ...]) -> None:
    """A default and a CHECK of a table without a column of the type are away meanwhile."""
    one = _models(ONE, _column("a"))
    evolution.begin(one, "INSERT INTO t VALUES (1, 'a')", "INSERT INTO other VALUES (1)")
    evolution.follow(_models(OTHER, *after))
    evolution.back(one)
    evolution.now.execute("INSERT INTO other (id) VALUES (3)")
    assert evolution.rows("SELECT s FROM other WHERE id IN (1, 3)") == [("a",), ("a",)]


def test_words(evolution: Evolution) -> None:
    """A default that changes together with the type is said all the same."""
    evolution.begin(_models(ONE, _column("a")))
    answer = evolution.follow(_models(OTHER, _column("c")))
    assert "~ other.s: server default ('c'::kind)::text" in answer.stdout
