"""Indexes on what a function makes of a column, beside changes of their table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import users

from .conftest import Evolution

pytestmark = pytest.mark.requires("expression_indexes")


def _models(length: int) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        name = sa.Column("name", sa.String(length))
        index = sa.Index("ix_lower", sa.func.lower(name))
        db.Table("tag", sa.Column("id", sa.Integer, primary_key=True), name, index)

    return models


def test_its_table_changes(evolution: Evolution) -> None:
    """Nothing is said of the index, by us or by SQLAlchemy, whose warnings are errors here."""
    evolution.begin(_models(20), "INSERT INTO tag VALUES (1, 'A')")
    answer = evolution.migrate(_models(30))
    assert answer.exit_code == 0, answer.output
    assert "ix_lower" not in answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade", "prove"):
        evolution.now.ok(command)


def test_it_is_told_as_sql(evolution: Evolution) -> None:
    """Not by the name of the function."""
    answer = evolution.migrate(_models(20))
    assert "+ index ix_lower on tag (lower(name))" in answer.output


def test_its_table_goes_and_comes_back(evolution: Evolution) -> None:
    """With the index, which SQLAlchemy doesn't reflect on SQLite."""
    evolution.begin(_models(20))
    answer = evolution.migrate(users, "--allow-drop", "--no-rename", "*")
    assert "Proved" in answer.output, answer.output
    assert '"ix_lower"' in evolution.script.partition("def downgrade")[2]
