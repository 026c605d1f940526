"""Tables of MariaDB that keep old versions of their rows are followed as all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]

pytestmark = pytest.mark.requires("auto_increment")

_PROVED = "Proved: upgrade, downgrade, no further changes"
_PLAIN = "ADD SYSTEM VERSIONING"
_NAMED = (
    "ADD since timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, "
    "ADD till timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, "
    "ADD PERIOD FOR SYSTEM_TIME (since, till), ADD SYSTEM VERSIONING"
)


def _models(length: int, *others: Callable[[], Any], name: str = "b") -> Models:
    def declare(db: SQLAlchemy) -> None:
        _kept(db)
        key = sa.Column("id", sa.Integer, primary_key=True)
        columns = (sa.Column("a", sa.String(length)), sa.Column(name, sa.Integer))
        db.Table("t", key, *columns, *(other() for other in others))

    return declare


def _kept(db: SQLAlchemy) -> None:
    db.Table("p", sa.Column("id", sa.Integer, primary_key=True))


def _refers() -> sa.Column[Any]:
    return sa.Column("p_id", sa.ForeignKey("p.id", name="fk_p"), server_default="7")


def _index() -> sa.Index:
    return sa.Index("ia", "a")


@pytest.fixture(params=[_PLAIN, _NAMED], ids=["plain", "named"])
def history(evolution: Evolution, request: pytest.FixtureRequest) -> Evolution:
    """A table with an old row, and a column of which nothing is kept."""
    if evolution.database.dialect != "mariadb":
        pytest.skip("only MariaDB keeps them")
    evolution.begin(_models(20), "INSERT INTO p VALUES (7)", "INSERT INTO t VALUES (1, 'x', 2)")
    evolution.now.execute(f"ALTER TABLE t {request.param}")
    evolution.now.execute(
        "SET STATEMENT system_versioning_alter_history = KEEP FOR "
        "ALTER TABLE t MODIFY b int WITHOUT SYSTEM VERSIONING"
    )
    evolution.now.execute("UPDATE t SET a = 'y'")
    evolution.now.ok("check")
    return evolution


def _said(evolution: Evolution) -> str:
    return str(evolution.rows("SHOW CREATE TABLE t")[0][1])


def _versions(evolution: Evolution) -> list[tuple[Any, ...]]:
    return evolution.rows("SELECT a FROM t FOR SYSTEM_TIME ALL ORDER BY a")


def test_altered(history: Evolution) -> None:
    """Columns come, change, and go again, and what was kept stays; the server is told that it
    may alter it.
    """
    before = _said(history)
    answer = history.migrate(_models(40, _refers, _index, name="bb"), "--rename", "t.b:bb")
    assert _PROVED in answer.output, answer.output
    assert "The old versions of rows that t keeps are altered too" in history.script
    history.now.ok("upgrade")
    history.now.ok("check")
    assert "`bb` int(11) DEFAULT NULL WITHOUT SYSTEM VERSIONING" in _said(history)
    assert _versions(history) == [("x",), ("y",)]
    history.now.ok("downgrade")
    assert _said(history) == before
    assert _versions(history) == [("x",), ("y",)]


def test_dropped_and_back(history: Evolution) -> None:
    """The table keeps old versions again, from then on."""
    before = _said(history)
    answer = history.migrate(_kept, "--allow-drop")
    assert _PROVED in answer.output, answer.output
    history.now.ok("upgrade")
    history.now.ok("downgrade")
    assert sorted(_said(history).split()) == sorted(before.replace(" AUTO_INCREMENT=2", "").split())


def test_others_are_left_alone(history: Evolution) -> None:
    """A script about other tables says nothing to the server."""

    def declare(db: SQLAlchemy) -> None:
        _models(20)(db)
        db.metadata.tables["p"].append_column(sa.Column("n", sa.Integer))

    assert _PROVED in history.migrate(declare).output
    assert "system_versioning" not in history.script


@pytest.mark.parametrize("fills", [False, True], ids=["old", "filled"])
def test_nulls_of_old_versions(history: Evolution, fills: bool) -> None:
    """What a version of a row has, old or old from then on, no script changes: it stops before."""
    history.now.execute("DELETE FROM t")
    history.now.execute("INSERT INTO t VALUES (2, NULL, 3)")
    if not fills:
        history.now.execute("UPDATE t SET a = 'z'")

    def after(db: SQLAlchemy) -> None:
        _models(20)(db)
        db.metadata.tables["t"].columns["a"].nullable = False

    arguments = ("--fill", "t.a=q") if fills else ()
    answer = history.migrate(after, *arguments)
    assert answer.exit_code == 1
    assert "1 version of rows of t has no value in a, and nothing fills old ones" in answer.output
    if fills:
        history.now.execute("UPDATE t SET a = 'q'")
    history.now.execute("DELETE HISTORY FROM t")
    assert _PROVED in history.migrate(after).output
    history.now.ok("upgrade")
    history.now.ok("downgrade")
