"""Several indexes over a column that gets another name: each stays itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Indexes = Callable[[sa.Table, str], object]


def _two_ways(table: sa.Table, name: str) -> None:
    sa.Index("ix_2", table.c[name].desc())
    sa.Index("ix_4", table.c[name])


def _partial(table: sa.Table, name: str) -> None:
    where = table.c.b > 3
    sa.Index("ix_2", table.c[name], postgresql_where=where, sqlite_where=where)
    sa.Index("ix_4", table.c[name])


def _unique(table: sa.Table, name: str) -> None:
    sa.Index("ix_2", table.c[name].desc(), table.c.b)
    sa.Index("ix_3", table.c[name], table.c.b, unique=True)
    sa.Index("ix_4", table.c[name], table.c.b)


def _models(name: str, indexes: Indexes) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        indexes(db.Table("t", key, sa.Column(name, sa.Integer), sa.Column("b", sa.Integer)), name)

    return models


@pytest.mark.parametrize("indexes", [_two_ways, _partial, _unique])
def test_indexes_keep_their_names(evolution: Evolution, indexes: Indexes) -> None:
    """Nothing but the rename, where the indexes are called as before."""
    evolution.begin(_models("a", indexes), "INSERT INTO t (id, a, b) VALUES (1, 2, 3)")
    evolution.follow(_models("z", indexes), "--rename", "t.a:t.z")
    assert "index" not in evolution.script.partition("def downgrade")[0].lower()
    evolution.back(_models("a", indexes))


def test_a_doubtful_column_of_a_renamed_table(local: Evolution) -> None:
    """Whether it has values is asked by the table's old name."""

    def models(table: str, column: str) -> Callable[[SQLAlchemy], None]:
        def made(db: SQLAlchemy) -> None:
            columns = (sa.Column(n, sa.Integer) for n in (column, "kept"))
            db.Table(table, sa.Column("id", sa.Integer, primary_key=True), *columns)

        return made

    local.begin(models("users", "abc"), "INSERT INTO users (id, abc) VALUES (1, 5)")
    answer = local.migrate(models("accounts", "xyz"), "--rename-table", "users:accounts")
    assert "Was the column accounts.abc renamed to accounts.xyz?" in answer.output
