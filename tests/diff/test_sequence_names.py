"""A sequence takes the name of an enumeration or a table that goes, or leaves its own to one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")


def _models(enum: str = "kind", *, sequence: str = "", table: str = "other") -> Models:
    def declare(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        db.Table("t", key, sa.Column("k", sa.Enum("a", "b", name=enum)))
        db.Table(table, key._copy())
        if sequence:
            sa.Sequence(sequence, metadata=db.metadata)

    return declare


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_models("kind"), _models("sort", sequence="kind")),
        (_models("kind", sequence="sort"), _models("sort", sequence="kind")),
        (_models(table="old", sequence="new"), _models(table="new", sequence="old")),
    ],
    ids=["taken", "exchanged", "with a table"],
)
def test_names(evolution: Evolution, before: Models, after: Models) -> None:
    """There, and on the way back."""
    evolution.begin(before, "INSERT INTO t VALUES (1, 'a')")
    for other in (after, before):
        answer = evolution.migrate(other)
        assert "Proved: upgrade, downgrade, no further changes" in answer.output
        for command in ("upgrade", "check", "downgrade", "upgrade"):
            evolution.now.ok(command)
    assert evolution.rows("SELECT k FROM t") == [("a",)]
