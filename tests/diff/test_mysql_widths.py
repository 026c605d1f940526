"""Numbers of MySQL and MariaDB that are shown in another width: a difference where it is stored."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql

from .conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")


def _models(kind: Any, *more: Any) -> Any:
    def models(db: SQLAlchemy) -> None:
        columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
        db.Table("t", *columns, sa.Column("v", kind, *more))

    return models


@pytest.mark.parametrize("more", [(), (sa.Computed("n > 3"),)], ids=["plain", "generated"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sa.Boolean, mysql.TINYINT),
        (mysql.TINYINT, sa.Boolean),
        (mysql.INTEGER(5, zerofill=True), mysql.INTEGER(8, zerofill=True)),
        (mysql.INTEGER(unsigned=True), mysql.INTEGER(unsigned=True, zerofill=True)),
    ],
    ids=str,
)
def test_width(evolution: Evolution, before: Any, after: Any, more: tuple[Any, ...]) -> None:
    """It is changed, there and back."""
    models = [_models(kind, *(each._copy() for each in more)) for kind in (before, after)]
    evolution.begin(models[0], "INSERT INTO t (id) VALUES (1)")
    was = evolution.rows("SHOW COLUMNS FROM t LIKE 'v'")
    evolution.follow(models[1])
    assert evolution.rows("SHOW COLUMNS FROM t LIKE 'v'") != was
    evolution.now.ok("downgrade")
    assert evolution.rows("SHOW COLUMNS FROM t LIKE 'v'") == was


@pytest.mark.parametrize("kind", [sa.Integer, mysql.TINYINT, sa.Boolean], ids=str)
def test_usual_width(evolution: Evolution, kind: Any) -> None:
    """A table from another version, or written by hand, says it of what a model does not."""
    evolution.begin(_models(kind))
    width = {sa.Boolean: "TINYINT(1)", mysql.TINYINT: "TINYINT(4)"}.get(kind, "INT(10)")
    evolution.now.execute(f"ALTER TABLE t MODIFY v {width}")
    evolution.now.ok("check")
