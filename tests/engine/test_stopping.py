"""Ctrl-C, or a pod's SIGTERM: a migration stops between two statements, and loses nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

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


def test_a_script_that_catches_it(project: Project, database: Database) -> None:
    """The revision is not taken for finished: its statement was cut off."""
    caught = f"""
    import pathlib; pathlib.Path("begun").touch()
    try:
        op.execute("{ENDLESS[database.dialect]}")
    except BaseException:
        pass
    """
    write_revisions(project, FIRST, caught)
    errors = stop_at_once(project)
    assert "Error: Stopped" in errors
    assert "r1" in project.invoke("db", "current").stdout


ENDLESS_IN_PYTHON = """
    import pathlib, time
    pathlib.Path("begun").touch()
    try:
        time.sleep(60)
    except BaseException:
        raise RuntimeError("something was wrong") from None
"""
CATCHES = """
import flask_godwit
try:
    flask_godwit.run_migrations()
except BaseException:
    pass
"""


@pytest.mark.parametrize("env", ["", CATCHES], ids=["script", "env"])
def test_an_error_in_its_place(
    make_project: Callable[..., Project], sqlite_database: Database, env: str
) -> None:
    """It was stopped, whatever else a script or an env.py says, and it goes on."""
    project = make_project(sqlite_database)
    write_revisions(project, FIRST, ENDLESS_IN_PYTHON)
    if env:
        project.write("migrations/env.py", env)
    errors = stop_at_once(project)
    assert "Error: Stopped" in errors
    assert "something was wrong" not in errors
    write_revisions(project, FIRST, "pass")
    assert "1 applied" in project.invoke("db", "upgrade").stdout


def test_an_error_of_its_own(
    make_project: Callable[..., Project], sqlite_database: Database
) -> None:
    """One that comes after the first Ctrl-C and not of it is told."""
    project = make_project(sqlite_database)
    fails = SLOW.replace('op.create_table("after", sa.Column("id", sa.Integer))', "1 / 0")
    write_revisions(project, FIRST, fails)
    upgrade = start_upgrade(project)
    wait_for(project)
    upgrade.send_signal(signal.SIGINT)
    _, errors = upgrade.communicate(timeout=30)
    assert upgrade.returncode == 1, errors
    assert "ZeroDivisionError" in errors


def stop_at_once(project: Project) -> str:
    """Ctrl-C twice while the slow revision runs; what was said then on stderr."""
    upgrade = start_upgrade(project)
    wait_for(project)
    for _ in range(2):
        time.sleep(0.5)
        upgrade.send_signal(signal.SIGINT)
    _, errors = upgrade.communicate(timeout=30)
    assert upgrade.returncode == 130, errors
    assert "Traceback" not in errors
    return errors


def wait_for(project: Project) -> None:
    """Until the slow revision runs."""
    deadline = time.monotonic() + 60
    while not (project.folder / "begun").exists():
        assert time.monotonic() < deadline, "the revision never began"
        time.sleep(0.02)


def tables(database: Database) -> list[str]:
    with database.engine() as engine:
        return inspect(engine).get_table_names()
