"""A foreign key of MySQL and MariaDB goes, and its name is used again: so is not its index."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(keys: Mapping[str, str]) -> Callable[[SQLAlchemy], None]:
    """Foreign keys by their names, with their columns."""

    def models(db: SQLAlchemy) -> None:
        pair = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        named = {"uq_a": ["a"], "uq_b": ["b"], "uq_ab": ["a", "b"]}
        uniques = [sa.UniqueConstraint(*columns, name=name) for name, columns in named.items()]
        db.Table("pairs", sa.Column("id", sa.Integer, primary_key=True), *pair, *uniques)
        tables = [
            sa.ForeignKeyConstraint(local.split(), [f"pairs.{c}" for c in local.split()], name=name)
            for name, local in keys.items()
        ]
        columns = [sa.Column(name, sa.Integer) for name in ("a", "b")]
        db.Table("users", sa.Column("id", sa.Integer, primary_key=True), *columns, *tables)

    return models


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"fk_1": "a", "fk_2": "b"}, {"fk_2": "a", "fk_1": "b"}),
        ({"fk_1": "a b"}, {"fk_1": "a", "fk_2": "b"}),
        ({"fk_1": "a"}, {"fk_1": "b"}),
    ],
    ids=["changed places", "split", "another column"],
)
def test_name_is_used_again(
    evolution: Evolution, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """The server's own index of the key goes with that, and the new key has one of its own."""
    evolution.begin(_models(before), "INSERT INTO users VALUES (1, NULL, NULL)")
    evolution.follow(_models(after))
    evolution.back(_models(before))
    assert evolution.rows("SELECT id FROM users") == [(1,)]
