"""Columns that a child of PostgreSQL has from its table, and says itself as well."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_PROVED = "Proved: upgrade, downgrade, no further changes"
_ROWS = ("INSERT INTO t VALUES (1, 'p')", "INSERT INTO {} (id, a) VALUES (2, 'q')")


def _models(child: str, *columns: str, repeats: tuple[str, ...] = (), more: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        def made(name: str) -> sa.Column[str]:
            return sa.Column(name, sa.String(9), nullable=name != "n", server_default="o")

        db.Table("t", sa.Column("id", sa.Integer), *map(made, columns))
        own = (sa.Column("x", sa.Integer), *map(made, repeats))
        db.Table(child, *own, postgresql_inherits="t")
        if more:
            last = (sa.Column("y", sa.Integer), *map(made, repeats))
            db.Table("m", *last, postgresql_inherits=(child,))

    return declare


def _there_and_back(evolution: Evolution, after: Models) -> None:
    answer = evolution.migrate(after)
    assert _PROVED in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade", "check"):
        evolution.now.ok(command)
    assert evolution.rows("SELECT id FROM t ORDER BY id") == [(1,), (2,)]


@pytest.mark.parametrize("child", ["child", "u"])
@pytest.mark.parametrize("more", [False, True])
def test_dropped_from_both(evolution: Evolution, child: str, more: bool) -> None:
    """The child's own goes after that of its table, and comes back before it."""
    rows = [row.format(child) for row in _ROWS]
    evolution.begin(_models(child, "a", "n", repeats=("a", "n"), more=more), *rows)
    evolution.now.ok("check")
    _there_and_back(evolution, _models(child, more=more))


@pytest.mark.parametrize("child", ["child", "u"])
def test_dropped_from_the_table(evolution: Evolution, child: str) -> None:
    """The child keeps it, with its values."""
    rows = [row.format(child) for row in _ROWS]
    evolution.begin(_models(child, "a", "n", repeats=("a", "n")), *rows)
    _there_and_back(evolution, _models(child, repeats=("a", "n")))
    assert evolution.rows(f"SELECT a FROM {child}") == [("q",)]


@pytest.mark.parametrize("child", ["child", "u"])
def test_repeated_no_longer(evolution: Evolution, child: str) -> None:
    """It goes with that of the table, though the child had it as its own."""
    rows = [row.format(child) for row in _ROWS]
    evolution.begin(_models(child, "a", "n", repeats=("a", "n")), *rows)
    answer = evolution.migrate(_models(child, "a", "n"))
    assert "No changes in schema detected" in answer.stdout, answer.output
    _there_and_back(evolution, _models(child))


@pytest.mark.parametrize("child", ["child", "u"])
@pytest.mark.parametrize("more", [False, True])
def test_added_to_both(evolution: Evolution, child: str, more: bool) -> None:
    """The child's own comes first, and goes last."""
    evolution.begin(_models(child, "a", more=more), *(row.format(child) for row in _ROWS))
    _there_and_back(evolution, _models(child, "a", "b", "n", repeats=("b", "n"), more=more))
    _there_and_back(evolution, _models(child, "a", more=more))
