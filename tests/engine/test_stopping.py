"""Ctrl-C, or a pod's SIGTERM: a migration stops between two statements, and loses nothing."""

from __future__ import annotations

import signal
import time

import pytest
from sqlalchemy import inspect

from tests.databases import Database
from tests.engine.revisions import start_upgrade, write_revisions
from tests.engine.test_statement_limit import ENDLESS
from tests.projects import Project

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer))'
SLOW = """
import pathlib, time
op.create_table("slow", sa.Column("id", sa.Integer))
pathlib.Path("begun").touch()
time.sleep(2)
op.create_table("after", sa.Column("id", sa.Integer))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
def test_stopped_between_two_statements(
    project: Project, database: Database, number: signal.Signals
) -> None:
    """It says where things stand and ends with 130; the next run goes on."""
    write_revisions(project, FIRST, SLOW)
    upgrade = start_upgrade(project)
    wait_for(project)
    upgrade.send_signal(number)
    _, errors = upgrade.communicate(timeout=30)
    assert upgrade.returncode == 130, errors
    assert "Stopping after this statement." in errors
    assert "Stopped before the upgrade of revision r2 was finished." in errors
    assert "finished before it in this run: r1" in errors
    assert "after" not in tables(database)
    write_revisions(project, FIRST, SLOW.replace("time.sleep(2)", ""))
    assert "1 applied" in project.flask("db", "upgrade").stdout
    assert {"first", "slow", "after"} <= set(tables(database))


def test_a_second_one_does_not_wait(project: Project, database: Database) -> None:
    """It interrupts at once; nothing is lost by that either."""
    write_revisions(project, FIRST, SLOW.replace("sleep(2)", "sleep(30)"))
    upgrade = start_upgrade(project)
    wait_for(project)
    upgrade.send_signal(signal.SIGINT)
    time.sleep(0.3)
    upgrade.send_signal(signal.SIGINT)
    _, errors = upgrade.communicate(timeout=15)
    assert upgrade.returncode == 130, errors
    assert "Error: Stopped." in errors
    write_revisions(project, FIRST, SLOW.replace("time.sleep(2)", ""))
    project.flask("db", "upgrade")
    assert {"first", "slow", "after"} <= set(tables(database))


def test_a_second_one_ends_a_statement(project: Project, database: Database) -> None:
    """The driver waits inside C, where Python hears nothing: another connection ends it."""
    endless = f'op.execute("{ENDLESS[database.dialect]}")'
    begun = 'import pathlib; pathlib.Path("begun").touch()\n'
    write_revisions(project, FIRST, begun + endless)
    upgrade = start_upgrade(project)
    wait_for(project)
    time.sleep(1.0)
    upgrade.send_signal(signal.SIGINT)
    time.sleep(0.5)
    asked = time.monotonic()
    upgrade.send_signal(signal.SIGINT)
    _, errors = upgrade.communicate(timeout=20)
    assert time.monotonic() - asked < 8
    assert upgrade.returncode == 130, errors
    assert errors.count("Stopping after this statement.") == 1
    assert "Error: Stopped." in errors
    assert "Traceback" not in errors
    write_revisions(project, "pass", 'op.create_table("after", sa.Column("id", sa.Integer))')
    project.flask("db", "upgrade")
    assert {"first", "after"} <= set(tables(database))


def wait_for(project: Project) -> None:
    """Until the slow revision runs."""
    deadline = time.monotonic() + 60
    while not (project.folder / "begun").exists():
        assert time.monotonic() < deadline, "the revision never began"
        time.sleep(0.02)


def tables(database: Database) -> list[str]:
    with database.engine() as engine:
        return inspect(engine).get_table_names()
