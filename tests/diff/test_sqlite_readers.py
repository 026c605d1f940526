"""Views and triggers of others on SQLite follow what changes, or migrate says that they don't."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def _models(**tables: str) -> Models:
    """Tables with columns of numbers."""

    def declare(db: SQLAlchemy) -> None:
        for name, columns in tables.items():
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table(name, key, *(sa.Column(each, sa.Integer) for each in columns.split()))

    return declare


_BEFORE = _models(t="a b", u="a b", log="a")
_VIEW = "CREATE VIEW v AS SELECT id, a FROM t"
_INTO_VIEW = "CREATE TRIGGER iv INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (NEW.a); END"
_OF_T = "CREATE TRIGGER ot AFTER UPDATE OF a ON t BEGIN INSERT INTO log (a) VALUES (NEW.a); END"
_INTO_T = "CREATE TRIGGER it AFTER INSERT ON u BEGIN INSERT INTO t (a) VALUES (NEW.a); END"


def test_they_follow(local: Evolution) -> None:
    """A table and its columns get other names, and one has to be made anew."""
    local.begin(_BEFORE, _VIEW, _OF_T, _INTO_T, "INSERT INTO t VALUES (1, 2, 3)")

    def after(db: SQLAlchemy) -> None:
        _models(u="a b", log="a")(db)
        columns = (sa.Column("aa", sa.Integer), sa.Column("b", sa.Integer, nullable=False))
        db.Table("s", sa.Column("id", sa.Integer, primary_key=True), *columns)

    local.follow(after, "--rename-table", "t:s", "--rename", "s.a:aa")
    local.now.execute("UPDATE s SET aa = 7")
    local.now.execute("INSERT INTO s (aa, b) VALUES (8, 8)")
    assert local.rows("SELECT * FROM v") == [(1, 7), (2, 8)]
    assert local.rows("SELECT a FROM log") == [(7,)]
    local.back(_BEFORE)
    local.now.execute("INSERT INTO u (a) VALUES (9)")
    assert local.rows("SELECT * FROM v") == [(1, 7), (2, 8), (3, 9)]


@pytest.mark.parametrize("trigger", [_OF_T, _INTO_T, _VIEW], ids=["of it", "of another", "view"])
def test_a_column_that_goes(local: Evolution, trigger: str) -> None:
    """Also where a trigger of another table writes it, at which SQLite doesn't look by itself."""
    local.begin(_BEFORE, trigger)
    answer = local.migrate(_models(t="b", u="a b", log="a"))
    assert answer.exit_code == 1
    assert "depends on t.a, and would no longer work without it" in answer.output
    assert local.migrate(_models(t="a", u="a b", log="a")).exit_code == 0, "nobody reads the other"


@pytest.mark.parametrize(
    ("reader", "name"), [(_VIEW, "view v"), (_INTO_T, "trigger it")], ids=["view", "trigger"]
)
def test_a_table_that_goes(local: Evolution, reader: str, name: str) -> None:
    """SQLite drops it; its own triggers go along."""
    local.begin(_BEFORE, reader, _OF_T)
    answer = local.migrate(_models(u="a b", log="a"))
    assert answer.exit_code == 0
    said = [line for line in answer.output.splitlines() if "which this revision drops" in line]
    assert len(said) == 1
    assert f"The {name} reads t, which this revision drops: it will no longer work" in said[0]
    local.now.ok("upgrade")


def test_another_table_takes_the_name(local: Evolution) -> None:
    """What read the one reads the other then."""
    local.begin(_BEFORE, _VIEW, "INSERT INTO u VALUES (4, 5, 6)")
    answer = local.migrate(_models(t="a b", log="a"), "--rename-table", "u:t")
    assert "The view v reads t, which this revision drops: it reads the table" in answer.output
    local.now.ok("upgrade")
    assert local.rows("SELECT * FROM v") == [(4, 5)]


def test_a_name_that_is_not_followed(local: Evolution) -> None:
    """A trigger of a view knows the view's column, which SQLite calls as the table's."""
    local.begin(_BEFORE, _VIEW, _INTO_VIEW)
    after = _models(t="aa b", u="a b", log="a")
    answer = local.migrate(after, "--rename", "t.a:aa")
    assert answer.exit_code == 1
    assert "The trigger iv does not follow what is renamed (t.a)" in answer.output
    local.now.execute("DROP TRIGGER iv")
    local.follow(after, "--rename", "t.a:aa")
