"""Views and functions in a schema that no table is in, and that nobody has made yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import Function, View

from .conftest import Evolution

pytestmark = pytest.mark.requires("schemas")


def _models(
    view: str | None, function: str | None = None, table: str | None = None
) -> Callable[[SQLAlchemy], None]:
    """By their schemas, if they are there."""

    def models(db: SQLAlchemy) -> None:
        item = db.Table("item", sa.Column("id", sa.Integer, primary_key=True))
        if view:
            View("seen", db, sa.select(item.c.id), schema=view)
        if function:
            statement = f"CREATE FUNCTION {function}.one() RETURNS int LANGUAGE sql AS 'SELECT 1'"
            Function("one", db, statement, schema=function)
        if table:
            db.Table("more", sa.Column("id", sa.Integer, primary_key=True), schema=table)

    return models


@pytest.mark.parametrize(
    ("after", "made"),
    [
        (_models("reports"), ["reports"]),
        (_models("reports", "tools"), ["reports", "tools"]),
        (_models("reports", "reports", "reports"), ["reports"]),
        (_models("reports", "tools", "tools"), ["reports", "tools"]),
    ],
    ids=["a view", "two schemas", "with a table", "one with a table"],
)
@pytest.mark.parametrize("first", [True, False], ids=["at first", "later"])
def test_made_with_its_schema(
    evolution: Evolution, after: Callable[[SQLAlchemy], None], made: list[str], first: bool
) -> None:
    """Once each, and gone again on the way back."""
    if first:
        answer = evolution.migrate(after)
    else:
        evolution.begin(_models(None), "INSERT INTO item VALUES (1)")
        answer = evolution.migrate(after)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for schema in made:
        assert evolution.script.count(f"CREATE SCHEMA IF NOT EXISTS {schema}") == 1
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    assert evolution.rows("SELECT id FROM reports.seen") == ([] if first else [(1,)])
    evolution.now.ok("downgrade")
    there = evolution.rows("SELECT nspname FROM pg_namespace WHERE nspname IN ('reports', 'tools')")
    assert there == []
