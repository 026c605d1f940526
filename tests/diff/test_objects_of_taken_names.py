"""What the models declare about a table stands on the one that has its name, there and back."""

from __future__ import annotations

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import Function, Trigger, View

from .conftest import Evolution

_LOGS = "INSERT INTO log (a) VALUES (NEW.a)"
_FUNCTION = f"""
    CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {_LOGS};
        RETURN NEW;
    END
    $$
"""


def _numbers(db: SQLAlchemy, name: str) -> sa.Table:
    return db.Table(name, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))


def _after(db: SQLAlchemy) -> None:
    """A view and a trigger, on each database."""
    _numbers(db, "log")
    table = _numbers(db, "t")
    View("v", db, sa.select(table.c.id, table.c.a.label("x")))
    trigger = "CREATE TRIGGER tr AFTER INSERT ON t"
    Function("logs", db, _FUNCTION, dialects="postgresql")
    Trigger("tr", table, f"{trigger} FOR EACH ROW EXECUTE FUNCTION logs()", dialects="postgresql")
    Trigger("tr", table, f"{trigger} BEGIN {_LOGS}; END", dialects="sqlite")
    Trigger("tr", table, f"{trigger} FOR EACH ROW {_LOGS}", dialects=("mysql", "mariadb"))


def _before(db: SQLAlchemy) -> None:
    """The same, and a table that takes the other one's name."""
    _after(db)
    _numbers(db, "u")


def test_another_table_takes_the_name(evolution: Evolution) -> None:
    """They were of the one that goes; nothing that a comparison finds has to change in them."""
    evolution.begin(_before, "INSERT INTO u VALUES (1, 5)")
    answer = evolution.migrate(_after, "--rename-table", "u:t", "--no-rename", "*")
    assert "Proved: upgrade, downgrade, no further changes" in answer.output, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    evolution.now.execute("INSERT INTO t VALUES (2, 6)")
    assert evolution.rows("SELECT a FROM log") == [(6,)]
    assert sorted(evolution.rows("SELECT x FROM v")) == [(5,), (6,)]
    evolution.now.ok("downgrade")
    evolution.now.execute("INSERT INTO t VALUES (3, 7)")
    assert sorted(evolution.rows("SELECT a FROM log")) == [(6,), (7,)]
    assert evolution.rows("SELECT x FROM v") == [(7,)]
