"""A model that the server does not make: what could not be compared is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution


def _models(*conditions: str) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        checks = [sa.CheckConstraint(each, name="of_t") for each in conditions]
        columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer)]
        db.Table("t", *columns, *checks)

    return models


@pytest.mark.requires("auto_increment")
def test_check_of_a_counting_column(evolution: Evolution) -> None:
    """MySQL and MariaDB know no such CHECK, so nothing can bring it."""
    evolution.begin(_models(), "INSERT INTO t VALUES (1, 2)")
    answer = evolution.migrate(_models("x > id"))
    assert answer.exit_code == 1
    assert "The server does not make t as its model says: " in answer.stderr
    assert "were not compared" in evolution.now.run("check").stderr


@pytest.mark.requires("enum_types")
def test_function_that_is_not_there(evolution: Evolution) -> None:
    """The same on PostgreSQL, of a function that nobody declares."""
    evolution.begin(_models(), "INSERT INTO t VALUES (1, 2)")
    answer = evolution.migrate(_models("nobody_made(x)"))
    assert answer.exit_code == 1
    assert "nobody_made" in answer.stderr
