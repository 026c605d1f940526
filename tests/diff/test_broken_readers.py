"""Views, triggers and routines of others that read what goes, where the server lets it go."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import View
from tests.diff.conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")


def before(db: SQLAlchemy) -> None:
    db.Table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)),
        sa.Column("age", sa.Integer),
    )
    db.Table("logs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))


def after(db: SQLAlchemy) -> None:
    table = db.Table(
        "users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("years", sa.Integer)
    )
    View("ours", db, sa.select(table.c.id))


OTHERS = (
    "CREATE VIEW ages AS SELECT u.age + 1 AS name FROM users u",
    "CREATE VIEW broken AS SELECT x.id FROM users x WHERE x.`name` LIKE 'a''%%'",
    "CREATE VIEW same_name AS SELECT id AS name FROM users",
    "CREATE VIEW through AS SELECT * FROM broken",
    "CREATE VIEW logged AS SELECT count(*) FROM logs",
    "CREATE TRIGGER stamps BEFORE UPDATE ON users FOR EACH ROW SET NEW.`name` = 1",
    "CREATE TRIGGER harmless BEFORE DELETE ON users FOR EACH ROW SET @name = OLD.id",
    "CREATE TRIGGER goes BEFORE INSERT ON logs FOR EACH ROW SET NEW.name = 1",
    "CREATE PROCEDURE counts() SELECT max(name) FROM users",
)


def test_what_will_not_work(evolution: Evolution) -> None:
    """migrate says what a dropped or renamed column or table breaks, and nothing else."""
    evolution.begin(before, *OTHERS)
    answer = evolution.migrate(after, "--rename", "users.age:users.years", "--no-rename", "*")
    assert answer.exit_code == 0, answer.output
    said = [line for line in answer.output.splitlines() if "no longer work" in line]
    assert [line.split(": ")[1] for line in said] == [
        "The procedure counts() reads users.name, which this revision drops",
        "The trigger stamps on users reads users.name, which this revision drops",
        "The view broken reads users.name, which this revision drops",
        "The view logged reads logs, which this revision drops",
        "The view through reads broken, which this revision drops",
        "The view ages reads users.age, which this revision renames",
    ]
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    with pytest.raises(sa.exc.SQLAlchemyError):
        evolution.rows("SELECT * FROM through")
    evolution.rows("SELECT * FROM same_name")
