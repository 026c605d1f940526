"""What SQLite does with a row that a primary key or NOT NULL refuses, as models say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _table(*columns: sa.Column[Any], conflict: str | None = None, **options: Any) -> Models:
    """A table t; what its key does can be said of the key itself."""
    key = {"sqlite_on_conflict": conflict, "name": options.pop("key", None)}

    def models(db: SQLAlchemy) -> None:
        made = [column._copy() for column in columns]
        named = [column.name for column in made if column.primary_key]
        constraints = [sa.PrimaryKeyConstraint(*named, **key)] if any(key.values()) else []
        db.Table("t", *made, *constraints, **options)

    return models


def _id(**options: Any) -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True, **options)


def _a(**options: Any) -> sa.Column[Any]:
    return sa.Column("a", sa.String(20), **options)


def _key(conflict: str | None) -> Models:
    return _table(_id(), _a(nullable=False), conflict=conflict)


def _named_key(conflict: str | None) -> Models:
    return _table(_id(), _a(nullable=False), conflict=conflict, key="pk_t")


def _key_of_column(conflict: str | None) -> Models:
    return _table(_id(sqlite_on_conflict_primary_key=conflict), _a(nullable=False))


def _counted(conflict: str | None) -> Models:
    key = _id(sqlite_on_conflict_primary_key=conflict)
    return _table(key, _a(nullable=False), sqlite_autoincrement=True)


def _key_of_two(conflict: str | None) -> Models:
    return _table(_id(), _a(primary_key=True), conflict=conflict, key="pk_t")


def _not_null(conflict: str | None) -> Models:
    return _table(_id(), _a(nullable=False, sqlite_on_conflict_not_null=conflict))


def _nullable(_conflict: str | None = None) -> Models:
    return _table(_id(), _a())


KINDS = (_key, _named_key, _key_of_column, _counted, _key_of_two, _not_null)


def _text(evolution: Evolution) -> str:
    return str(evolution.rows("SELECT sql FROM sqlite_master WHERE name = 't'")[0][0])


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "").split()).replace("( ", "(").replace(" )", ")")


def _created(evolution: Evolution, models: Models) -> str:
    db = SQLAlchemy()
    models(db)
    statement = sa.schema.CreateTable(db.metadata.tables["t"])
    return _plain(str(statement.compile(dialect=evolution.now.db.engine.dialect)))


@pytest.mark.parametrize("models", KINDS)
@pytest.mark.parametrize(
    ("before", "after"), [(None, "IGNORE"), ("IGNORE", None), ("IGNORE", "REPLACE")]
)
def test_it_changes(
    local: Evolution,
    models: Callable[[str | None], Models],
    before: str | None,
    after: str | None,
) -> None:
    """Alone, with rows; the first script and each later one say what the models create."""
    local.begin(models(before), "INSERT INTO t VALUES (1, 'x')")
    local.now.ok("check")
    with local.now.context():
        assert _plain(_text(local)) == _created(local, models(before))
    answer = local.migrate(models(after))
    assert _PROVED in answer.stdout, answer.output
    assert f"ON CONFLICT {after}" in answer.stdout if after else "without ON CONFLICT"
    local.now.ok("upgrade")
    local.now.ok("check")
    with local.now.context():
        assert _plain(_text(local)) == _created(local, models(after))
        local.now.ok("downgrade")
        assert _plain(_text(local)) == _created(local, models(before))
    assert local.rows("SELECT * FROM t") == [(1, "x")]


def test_it_comes_with_not_null(local: Evolution) -> None:
    """Where NULL is forbidden from now on, and goes where it is allowed again."""
    local.begin(_nullable(), "INSERT INTO t VALUES (1, 'x'), (2, NULL)")
    local.follow(_not_null("IGNORE"), "--fill", "t.a=y")
    assert local.rows("SELECT a FROM t ORDER BY id") == [("x",), ("y",)]
    assert "NOT NULL ON CONFLICT IGNORE" in _text(local)
    local.back(_nullable())
    assert "CONFLICT" not in _text(local)


def test_it_goes_with_not_null(local: Evolution) -> None:
    """The downgrade says it again."""
    local.begin(_not_null("IGNORE"), "INSERT INTO t VALUES (1, 'x')")
    local.follow(_nullable())
    assert "CONFLICT" not in _text(local)
    local.back(_not_null("IGNORE"))
    assert "NOT NULL ON CONFLICT IGNORE" in _text(local)


@pytest.mark.parametrize("fill", ["y", "sql:'y' || id"])
def test_of_a_new_column(local: Evolution, fill: str) -> None:
    """With rows that get one value, or each its own."""
    local.begin(_table(_id()), "INSERT INTO t VALUES (1)")
    local.follow(_not_null("IGNORE"), "--fill", f"t.a={fill}")
    assert "NOT NULL ON CONFLICT IGNORE" in _text(local)
    local.back(_table(_id()))


@pytest.mark.parametrize("models", KINDS)
@pytest.mark.parametrize("gone", ["column", "table"])
def test_it_comes_back(local: Evolution, models: Callable[[str | None], Models], gone: str) -> None:
    """With what was dropped, and stays with what was not."""

    def kept(db: SQLAlchemy) -> None:
        db.Table("kept", _id())

    def before(db: SQLAlchemy) -> None:
        models("REPLACE")(db)
        kept(db)

    def after(db: SQLAlchemy) -> None:
        if gone == "column":
            _table(_id())(db)
        kept(db)

    if gone == "column" and models is not _not_null:
        after = kept  # type: ignore[assignment]
    local.begin(before)
    wanted = _plain(_text(local))
    local.follow(after)
    local.back(before)
    assert sorted(_plain(_text(local))) == sorted(wanted)


@pytest.mark.parametrize("models", KINDS)
def test_a_copy_keeps_it(local: Evolution, models: Callable[[str | None], Models]) -> None:
    """Where something else changes, such as a CHECK that comes and goes."""

    def checked(db: SQLAlchemy) -> None:
        models("REPLACE")(db)
        db.metadata.tables["t"].append_constraint(sa.CheckConstraint("id > 0", name="ck_id"))

    local.begin(models("REPLACE"), "INSERT INTO t VALUES (1, 'x')")
    wanted = _text(local).count("ON CONFLICT REPLACE")
    local.follow(checked)
    assert _text(local).count("ON CONFLICT REPLACE") == wanted == 1
    local.back(models("REPLACE"))
    assert _text(local).count("ON CONFLICT REPLACE") == 1


def test_a_key_that_counts_from_now_on(local: Evolution) -> None:
    """AUTOINCREMENT stands behind it."""
    local.begin(_key_of_column("IGNORE"), "INSERT INTO t VALUES (1, 'x')")
    local.follow(_counted("IGNORE"))
    assert "PRIMARY KEY ON CONFLICT IGNORE AUTOINCREMENT" in _text(local)
    local.back(_key_of_column("IGNORE"))
    assert "PRIMARY KEY (id) ON CONFLICT IGNORE" in _plain(_text(local))


def test_another_key(local: Evolution) -> None:
    """A key that gets another column, and says something else."""
    local.begin(_key_of_two("IGNORE"), "INSERT INTO t VALUES (1, 'x')")
    local.follow(_named_key("REPLACE"))
    assert "PRIMARY KEY (id) ON CONFLICT REPLACE" in _plain(_text(local))
    local.back(_key_of_two("IGNORE"))
    assert "PRIMARY KEY (id, a) ON CONFLICT IGNORE" in _plain(_text(local))


def test_of_a_renamed_column(local: Evolution) -> None:
    """It follows its column."""
    local.begin(_not_null("IGNORE"), "INSERT INTO t VALUES (1, 'x')")
    b = sa.Column("b", sa.String(20), nullable=False, sqlite_on_conflict_not_null="REPLACE")
    local.follow(_table(_id(), b), "--rename", "t.a:t.b")
    assert "b VARCHAR(20) NOT NULL ON CONFLICT REPLACE" in _text(local)
    local.back(_not_null("IGNORE"))
    assert "a VARCHAR(20) NOT NULL ON CONFLICT IGNORE" in _text(local)
