"""An enumeration gets other values while columns leave it, whose own need not be among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

OLD, NEW = ("low", "high"), ("high", "top")


def levels(
    labels: tuple[str, ...], *, name: str = "level", table: str = "tasks", leaves: bool = False
) -> Callable[[SQLAlchemy], None]:
    """A column that may leave the type, and one that keeps it."""

    def models(db: SQLAlchemy) -> None:
        level = sa.Enum(*labels, name="level")
        of_task: Any = sa.String(9) if leaves else level
        number: Any = sa.Integer
        column = sa.Column(name, of_task, nullable=False, server_default=labels[0], index=True)
        db.Table(table, sa.Column("id", number, primary_key=True), column)
        room = sa.Column("id", number, primary_key=True), sa.Column("level", level)
        says = sa.CheckConstraint("level = 'high'", name="rooms_are_high")
        some = sa.Index("rooms_by_id", "id", postgresql_where=sa.text("level = 'high'"))
        db.Table("rooms", *room, says, some)
        db.Table("users", sa.Column("id", number, primary_key=True))

    return models


@pytest.mark.parametrize(
    "after",
    [
        levels(NEW, name="state"),
        levels(NEW, name="state", table="jobs"),
        levels(NEW, leaves=True),
    ],
    ids=["column dropped", "table dropped", "column becomes a text"],
)
def test_there_and_back(evolution: Evolution, after: Any) -> None:
    """What stays gets the new values, and both come back with the old ones."""
    before = levels(OLD)
    evolution.begin(
        before,
        "INSERT INTO tasks (id, level) VALUES (1, 'low')",
        "INSERT INTO rooms (id, level) VALUES (1, 'high')",
    )
    evolution.follow(after, "--no-rename", "*")
    assert evolution.rows("SELECT level FROM rooms") == [("high",)]
    evolution.back(before)
    assert evolution.rows("SELECT level FROM rooms") == [("high",)]
