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


@pytest.mark.requires("alter_column")
def test_function_that_is_not_there(evolution: Evolution) -> None:
    """Nothing can bring its CHECK, and ``migrate`` does not say that nothing differs."""
    evolution.begin(_models(), "INSERT INTO t VALUES (1, 2)")
    answer = evolution.migrate(_models("nobody_made(x) > 0"))
    assert answer.exit_code == 1
    assert "The server does not make t as its model says: " in answer.stderr
    assert "nobody_made" in answer.stderr
    assert "were not compared" in evolution.now.run("check").stderr
