"""A table or a column gets a name that differs by the case of its letters only."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution


def _models(table: str, column: str, kind: Any = None) -> Models:
    """With an index and a foreign key, which are called after them."""

    def models(db: SQLAlchemy) -> None:
        wanted = kind or sa.String(20)
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table(table, key, sa.Column(column, wanted, index=True))
        other = sa.Column("thing_id", sa.ForeignKey(f"{table}.id"))
        db.Table("part", sa.Column("id", sa.Integer, primary_key=True), other)

    return models


def _fill(evolution: Evolution, table: str) -> None:
    evolution.now.execute(f"INSERT INTO {_quoted(evolution, table)} VALUES (1, '7')")
    evolution.now.execute("INSERT INTO part VALUES (1, 1)")


def _quoted(evolution: Evolution, name: str) -> str:
    with evolution.now.context():
        return evolution.now.db.engine.dialect.identifier_preparer.quote_identifier(name)


@pytest.mark.parametrize(
    ("before", "after", "answers"),
    [
        (("thing", "Name"), ("thing", "name"), ["--rename", "thing.Name:thing.name"]),
        (("thing", "name"), ("thing", "userName"), ["--rename", "thing.name:thing.userName"]),
        (("Thing", "name"), ("thing", "name"), ["--rename-table", "Thing:thing"]),
        (
            ("Thing", "Name"),
            ("thing", "name"),
            ["--rename-table", "Thing:thing", "--rename", "thing.Name:thing.name"],
        ),
    ],
    ids=["column", "more", "table", "both"],
)
def test_there_and_back(
    evolution: Evolution, before: tuple[str, str], after: tuple[str, str], answers: list[str]
) -> None:
    """Its rows stay, and so do those that refer to them."""
    evolution.begin(_models(*before))
    _fill(evolution, before[0])
    answer = evolution.follow(_models(*after), *answers)
    assert "_godwit_" not in answer.output
    assert evolution.rows("SELECT * FROM thing") == [(1, "7")]
    evolution.back(_models(*before))
    assert evolution.rows(f"SELECT * FROM {_quoted(evolution, before[0])}") == [(1, "7")]
    assert evolution.rows("SELECT * FROM part") == [(1, 1)]


def test_it_is_asked(evolution: Evolution) -> None:
    """As of any other name."""
    evolution.begin(_models("Thing", "Name"))
    _fill(evolution, "Thing")
    answer = evolution.migrate(_models("thing", "Name"))
    assert "--rename-table Thing:thing" in answer.output
    answer = evolution.migrate(_models("Thing", "name"))
    assert "--rename Thing.Name:Thing.name" in answer.output


@pytest.mark.parametrize("kind", [None, sa.Integer])
def test_a_column_that_was_not_renamed(evolution: Evolution, kind: Any) -> None:
    """It can't go while one with its name comes; where that is another name, it can."""
    evolution.begin(_models("thing", "Name"))
    _fill(evolution, "thing")
    answer = evolution.migrate(_models("thing", "name", kind), "--no-rename", "*")
    if evolution.database.dialect == "postgresql":
        assert answer.exit_code == 0, answer.output
    else:
        assert "thing.Name can't be dropped while thing.name is added" in answer.output
        assert "--rename thing.Name:thing.name" in answer.output


def test_a_table_that_was_not_renamed(local: Evolution) -> None:
    """The same of tables, on SQLite."""
    local.begin(_models("Thing", "name"))
    _fill(local, "Thing")
    answer = local.migrate(_models("thing", "name"), "--no-rename", "*")
    assert "Thing can't be dropped while thing is added" in answer.output
    assert "--rename-table Thing:thing" in answer.output
