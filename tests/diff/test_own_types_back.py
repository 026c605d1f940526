"""Columns of types that one database alone has come back without their values."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql, postgresql

from tests.core.apps import Models
from tests.databases import Database

from .conftest import Evolution

_POSTGRESQL = [
    *(sa.ARRAY(sa.Integer), postgresql.INET(), postgresql.CIDR(), postgresql.MACADDR()),
    *(postgresql.INT4RANGE(), postgresql.INT4MULTIRANGE(), postgresql.TSVECTOR()),
    *(postgresql.BIT(3), postgresql.BIT(3, varying=True), postgresql.MONEY(), postgresql.OID()),
]
_MYSQL = [mysql.YEAR(), mysql.SET("a", "b"), mysql.BIT(3)]


def _models(*columns: sa.Column[object]) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns)

    return models


class _Point(sa.types.UserDefinedType[str]):
    def get_col_spec(self) -> str:
        return "point"


def test_rows_get_a_value_that_says_nothing(evolution: Evolution, database: Database) -> None:
    """Of each type, so that NOT NULL can be had again."""
    kinds = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "mariadb": _MYSQL}
    found = kinds.get(database.kind.dialect)
    if found is None:
        pytest.skip("has no types of its own")
    names = [f"c{number}" for number in range(len(found))]
    columns = [sa.Column(n, kind, nullable=False) for n, kind in zip(names, found, strict=True)]
    evolution.begin(_models(*columns))
    evolution.migrate(_models(), "--no-rename", "*")
    evolution.now.ok("upgrade")
    evolution.now.execute("INSERT INTO t VALUES (1)")
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT count(*) FROM t WHERE c0 IS NOT NULL") == [(1,)]


@pytest.mark.requires("concurrent_indexes")
def test_it_is_said_where_there_is_none(evolution: Evolution) -> None:
    """Of a type that nothing is known of."""
    evolution.begin(_models(sa.Column("place", _Point(), nullable=False)))
    evolution.migrate(_models())
    assert "The values of t.place are gone: this fails if t has rows." in evolution.script
