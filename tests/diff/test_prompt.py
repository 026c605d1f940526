"""On a terminal a person is asked; Enter takes the answer that keeps the data."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.projects import Project


@pytest.fixture
def renamed(sqlite_database: Any, make_project: Callable[..., Project]) -> Project:
    """A project whose model has another name for a column than the database."""
    project = make_project(sqlite_database)
    project.flask("db", "migrate", "-m", "first")
    project.flask("db", "upgrade")
    project.replace("app.py", "    name = db", "    fullname = db")
    return project


def type_in(project: Project, keys: str, *arguments: str) -> str:
    """What a terminal shows when somebody runs ``flask db migrate`` and types ``keys``."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, **project._variables(), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "flask", "db", "migrate", "-m", "second", *arguments]
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(command, cwd=project.folder, env=environment, **streams) as running:
        os.close(theirs)
        os.write(ours, keys.encode())
        shown = _read(ours)
        running.wait(timeout=60)
    os.close(ours)
    return shown


def _read(stream: int) -> str:
    shown = b""
    try:
        while chunk := os.read(stream, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other end was closed
        pass
    return shown.decode()


def _script(project: Project) -> str:
    newest = max(
        project.files("migrations/versions/*.py"), key=lambda file: file.stat().st_mtime_ns
    )
    return newest.read_text()


def test_enter_keeps_the_data(renamed: Project) -> None:
    """The first answer is the safest."""
    shown = type_in(renamed, "\n")
    assert "Was the column user.name renamed to user.fullname?" in shown
    assert "--rename user.name:user.fullname" in shown
    assert "~ column user.name -> fullname" in shown
    assert 'new_column_name="fullname"' in _script(renamed)


def test_second_answer(renamed: Project) -> None:
    """The other reading is one key away."""
    type_in(renamed, "2\n")
    assert 'drop_column("name")' in _script(renamed)


def test_value(renamed: Project) -> None:
    """A value is typed where one is asked for."""
    renamed.replace(
        "app.py",
        "fullname = db.Column(db.String(128))",
        "age = db.Column(db.Integer, nullable=False)",
    )
    insert = "INSERT INTO user VALUES (1, 'Ann')"
    engine = sa.create_engine(renamed.database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(insert)
    shown = type_in(renamed, "\n42\n")
    assert "user has 1 row. What do they get?" in shown
    assert "42" in _script(renamed)


def test_no_input(renamed: Project) -> None:
    """`--no-input` asks nothing, on a terminal either."""
    assert "Error: Was the column user.name renamed" in type_in(renamed, "", "--no-input")
    assert len(renamed.files("migrations/versions/*.py")) == 1


def test_no_terminal(renamed: Project) -> None:
    """Nobody waits for an answer that can't come."""
    answer = renamed.flask("db", "migrate", check=False, stdin="1\n")
    assert answer.code == 1
    assert "--rename user.name:user.fullname" in answer.stderr
