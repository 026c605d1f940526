"""Indexes of models that are called as a foreign key, or as a column of theirs: MySQL and MariaDB
make some of these themselves.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")


def _models(key: str | None = None, *indexes: sa.Index) -> Any:
    """A table with a foreign key of one name, "" for none given, and indexes."""

    def models(db: SQLAlchemy) -> None:
        db.Table("p", sa.Column("id", sa.Integer, primary_key=True))
        columns = [sa.Column(name, sa.Integer) for name in ("a", "b")]
        table = db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns)
        if key is not None:
            table.append_constraint(sa.ForeignKeyConstraint(["a"], ["p.id"], name=key or None))
        for index in indexes:
            sa.Index(
                str(index.name), *(table.c[str(c)] for c in index.expressions), unique=index.unique
            )

    return models


def _index(name: str, *columns: str, unique: bool = False) -> sa.Index:
    return sa.Index(name, *map(sa.text, columns), unique=unique)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_models("k"), _models(None, _index("k", "b"))),
        (_models("k"), _models(None, _index("k", "a", "b"))),
        (_models("k"), _models(None, _index("k", "a", unique=True))),
        (_models("k"), _models(None, _index("k", "a"))),
        (_models("k"), _models("k", _index("k", "a", "b"))),
        (_models(""), _models(None, _index("a", "b"))),
        (_models(None, _index("a", "a")), _models(None)),
        (_models(None, _index("a", "a")), _models(None, _index("a", "a", "b"))),
        (_models(None, _index("a", "a")), _models(None, _index("a", "a", unique=True))),
    ],
    ids=[
        *("other column", "longer", "unique", "same", "key stays", "without a name"),
        *("called as its column", "that, longer", "that, unique"),
    ],
)  # fmt: skip
def test_index(evolution: Evolution, before: Any, after: Any) -> None:
    """It is what the models say, there and back."""
    evolution.begin(before, "INSERT INTO t (id) VALUES (1)")
    evolution.now.ok("check")
    evolution.follow(after)
    evolution.back(before)
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
