"""Files that an application attaches are schemas, and nothing is tried out on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models, Shop

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _models(length: int = 20, *, more: bool = False, drop: bool = False) -> Models:
    def declare(db: SQLAlchemy) -> None:
        db.Table("kept", sa.Column("id", sa.Integer, primary_key=True))
        key = sa.Column("id", sa.Integer, primary_key=True)
        columns = [sa.Column("a", sa.String(length), nullable=not more)]
        others = [sa.Column("c", sa.Integer), sa.Index("ia", "a")] if more else []
        if not drop:
            db.Table("t", key, *columns, *others, schema="aux")

    return declare


@pytest.fixture(params=["each engine", "its own"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Models], Shop]]:
    """The application, which attaches the file to every connection of any engine, or of its own."""
    monkeypatch.chdir(tmp_path)

    def attach(raw: Any, _: Any) -> None:
        raw.execute(f"ATTACH DATABASE '{tmp_path / 'aux.db'}' AS aux")

    everywhere = request.param == "each engine"
    if everywhere:
        sa.event.listen(sa.Engine, "connect", attach)

    def make(models: Models) -> Shop:
        proving = {"GODWIT_PROVE": True, "GODWIT_PROVE_SECONDS": 300}
        made = Shop(tmp_path, models, config=proving)
        if not everywhere:
            with made.context():
                sa.event.listen(made.db.engine, "connect", attach)
        return made

    yield make
    if everywhere:
        sa.event.remove(sa.Engine, "connect", attach)


def _stored(shop: Shop) -> list[Any]:
    return shop.rows("SELECT sql FROM aux.sqlite_master WHERE sql IS NOT NULL ORDER BY name")


def test_followed(shop: Callable[[Models], Shop]) -> None:
    """Its tables are made, changed, dropped, and come back; their rows stay."""
    first = shop(_models())
    assert _PROVED in first.ok("migrate", "-m", "first").output
    assert not _stored(first), "nothing was done yet"
    first.ok("upgrade")
    first.execute("INSERT INTO aux.t VALUES (1, 'x')")
    before = _stored(first)
    second = shop(_models(30, more=True))
    answer = second.ok("migrate", "-m", "second")
    assert _PROVED in answer.output
    assert "table-dropped" not in answer.output
    plan = second.ok("plan").output
    assert _stored(first) == before, "it was only tried out"
    assert "INSERT INTO aux._alembic_tmp_t" in plan
    assert "not known" not in plan
    assert "2 revisions" in (lint := second.run("lint", "--all").output)
    assert "aux" not in lint, "nothing of it is a hazard, or can't be tried"
    assert _stored(first) == before
    second.ok("upgrade")
    second.ok("check")
    made = _stored(second)
    third = shop(_models(drop=True))
    assert _PROVED in third.ok("migrate", "-m", "third", "--allow-drop").output
    third.ok("upgrade")
    third.ok("check")
    assert not _stored(third)
    third.ok("downgrade")
    assert _said(_stored(third)) == _said(made)
    third.ok("downgrade")
    assert _said(_stored(third)) == _said(before)


def _said(stored: list[Any]) -> list[str]:
    return [str(sql).replace('\\"', "").replace('"', "") for (sql,) in stored]


def test_renamed(shop: Callable[[Models], Shop]) -> None:
    """Within its file a table is renamed; it does not come to another one."""
    first = shop(_models())
    first.ok("migrate", "-m", "first")
    first.ok("upgrade")
    first.execute("INSERT INTO aux.t VALUES (1, 'x')")

    def renamed(schema: str | None) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _models(drop=True)(db)
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table("s", key, sa.Column("a", sa.String(20)), schema=schema)

        return declare

    answer = shop(renamed(None)).run("migrate", "-m", "moved", "--rename-table", "aux.t:s")
    assert answer.exit_code == 1
    assert "SQLite moves no table to another database: aux.t can't become s" in answer.output
    second = shop(renamed("aux"))
    answer = second.ok("migrate", "-m", "second", "--rename-table", "aux.t:aux.s")
    assert _PROVED in answer.output
    assert '__tablename__ = "t"' in answer.output
    second.ok("upgrade")
    second.ok("check")
    assert second.rows("SELECT a FROM aux.s") == [("x",)]
