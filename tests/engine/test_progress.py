"""What is told of a statement that takes long: to a person, in a log, to a machine."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from flask_godwit.cli.narrator import Due
from tests.databases import Database
from tests.engine.revisions import start_upgrade, write_revisions
from tests.projects import Project

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer))'
SECONDS = 7
SLOW = {
    "sqlite": "import time\n"
    "raw = op.get_bind().connection.dbapi_connection\n"
    "raw.create_function('rest', 1, lambda s: time.sleep(s) or 1)\n"
    f"op.execute('SELECT rest({SECONDS})')",
    "postgresql": f"op.execute('SELECT pg_sleep({SECONDS})')",
    "mysql": f"op.execute('DO SLEEP({SECONDS})')",
    "mariadb": f"op.execute('DO SLEEP({SECONDS})')",
}


@pytest.fixture
def slow(project: Project, database: Database) -> Project:
    """A project whose second revision takes some seconds."""
    write_revisions(project, FIRST, SLOW[database.dialect])
    return project


@pytest.fixture
def slow_sqlite(make_project: Callable[..., Project], sqlite_database: Database) -> Project:
    """The same where it does not matter which database it is."""
    project: Project = make_project(sqlite_database)
    write_revisions(project, FIRST, SLOW["sqlite"])
    return project


def test_a_log(slow_sqlite: Project) -> None:
    """One plain line after five seconds: which revision, for how long, which statement."""
    answer = slow_sqlite.invoke("db", "upgrade")
    lines = [line for line in answer.stderr.splitlines() if line.startswith("  r2: ")]
    assert len(lines) == 1, str(answer)
    assert lines[0].startswith(("  r2: 5 s", "  r2: 6 s"))
    assert "\x1b" not in answer.stderr
    assert slow_sqlite.invoke("db", "downgrade", "-q", "base").stderr == ""


def test_a_machine(slow: Project) -> None:
    """--json: a line for each event on stderr, and the one result on stdout, as ever."""
    answer = slow.invoke("db", "upgrade", "--json")
    assert json.loads(answer.stdout)["targets"][0]["after"] == ["r2"]
    events: list[dict[str, Any]] = [json.loads(line) for line in answer.stderr.splitlines()]
    assert [event["event"] for event in events] == ["began", "done", "began", "progress", "done"]
    progress = events[3]["progress"]
    assert progress["revision"] == "r2"
    assert progress["seconds"] >= 5
    assert events[4]["step"]["seconds"] >= SECONDS


def test_quiet(slow_sqlite: Project) -> None:
    """-q silences all of it, the events too."""
    assert slow_sqlite.invoke("db", "upgrade", "-q", "--json").stderr == ""


def test_a_terminal(slow_sqlite: Project) -> None:
    """A line that moves, and is gone when the statement is over."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "db", "upgrade"],
        cwd=slow_sqlite.folder,
        env={**os.environ, "DATABASE_URL": slow_sqlite.database_url, "TERM": "xterm-256color"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    ):
        os.close(follower)
        shown = _read(leader)
    os.close(leader)
    assert "\r  r2: 2 s" in shown or "\r  r2: 3 s" in shown, shown
    assert shown.count("\r  r2: ") >= 3
    last = shown.rindex("\r  r2: ")
    assert "\r\x1b[K" in shown[last:], "the line stays"


def _read(leader: int) -> str:
    output = b""
    while True:
        try:
            block = os.read(leader, 65536)
        except OSError:  # Linux's end of file of a pseudo-terminal
            return output.decode()
        output += block


BLOCKED = """
import pathlib
op.add_column("first", sa.Column("text", sa.Text))
"""


@pytest.mark.requires("create_database")
def test_what_it_waits_for(project: Project, database: Database) -> None:
    """Of a statement that waits for a lock: whose session is in the way."""
    write_revisions(project, FIRST, BLOCKED)
    project.invoke("db", "upgrade", "r1")
    with database.engine() as engine, engine.connect() as reader:
        reader.execute(text("SELECT * FROM first"))
        upgrade = start_upgrade(project, "--json", "--lock-timeout", "60")
        assert upgrade.stderr is not None
        events = map(json.loads, upgrade.stderr)
        progress = next(each["progress"] for each in events if each["event"] == "progress")
        reader.invalidate()
        upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0
    assert "ALTER TABLE" in progress["statement"]
    assert any("session" in line for line in progress["waits_for"]), progress


def test_lines_become_rarer() -> None:
    """After 5, 10, 20 seconds and so on; another statement begins anew."""
    due = Due()
    told = [seconds for seconds in range(1, 100) if due.is_now(seconds)]
    assert told == [5, 10, 20, 40, 80]
    assert not due.is_now(0.5)
    assert due.is_now(5.0)
