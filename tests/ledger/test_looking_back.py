"""What the ledger is good for: edited files, files that are gone, failures, in `status` & co."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from tests.databases import SQLITE, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.projects import Project

ONE = 'op.create_table("t1", sa.Column("id", sa.Integer, primary_key=True))'
TWO = 'op.create_table("t2", sa.Column("id", sa.Integer, primary_key=True))'
FILE = "migrations/versions/r2.py"


@pytest.fixture
def applied(project: Project) -> Project:
    """A project with two applied revisions, the second of which can be reverted."""
    write_revisions(project, ONE, TWO)
    project.replace(FILE, "def downgrade():\n    pass", 'def downgrade():\n    op.drop_table("t2")')
    project.invoke("db", "upgrade")
    return project


def status(project: Project) -> dict[str, Any]:
    """`flask db status --json`, of the only database."""
    found = json.loads(project.invoke("db", "status", "--json").stdout)
    target: dict[str, Any] = found["targets"][0]
    return {**target, "next_command": found["next_command"]}


def test_an_edited_file(applied: Project) -> None:
    """`status` and `check` say which; the first counts it in its exit code, the second does not."""
    assert status(applied)["edited"] == []
    applied.replace(FILE, '"t2", sa.Column', '"t3", sa.Column')
    assert [entry["revision"] for entry in status(applied)["edited"]] == ["r2"]
    answer = applied.invoke("db", "status", "--exit-code", check=False)
    assert answer.code == 1
    assert "the file of r2, revision 2, was edited since it was applied" in answer.stdout
    with_models = applied.invoke("db", "check", check=False)
    assert "Warning: the file of r2" in with_models.stderr


def test_a_file_written_more_beautifully(applied: Project) -> None:
    """White space, comments and docstrings are no edit."""
    text = applied.read(FILE).replace('"""revision 2"""', '"""Renamed"""')
    text = text.replace("(", "(  ").replace("\n", "   # why not\n", 1) + "\n# the end\n"
    applied.write(FILE, text)
    assert status(applied)["edited"] == []
    applied.invoke("db", "status", "--exit-code")


def test_an_edit_is_accepted_by_a_stamp(applied: Project) -> None:
    """A stamp says: the schema is what this file says now."""
    applied.replace(FILE, '"t2", sa.Column', '"t2 ", sa.Column')
    assert len(status(applied)["edited"]) == 1
    applied.invoke("db", "stamp", "--purge", "r2")
    assert status(applied)["edited"] == []


def test_check_alone_decides_on_differences(sqlite_database: Database, make_project: Any) -> None:
    """An edited file is a warning of `check`; its exit code is about models and database."""
    project = make_project(sqlite_database)
    project.invoke("db", "migrate", "--rev-id", "abc", "-m", "users")
    project.invoke("db", "upgrade")
    (file,) = project.files("migrations/versions/*.py")
    file.write_text(file.read_text() + "\nX = 1\n")
    answer = project.invoke("db", "check")
    assert "the file of abc" in answer.stderr
    assert len(json.loads(project.invoke("db", "check", "--json").stdout)["edited"]) == 1


def test_a_file_that_is_gone(applied: Project, database: Database) -> None:
    """`status` explains it, `show` prints it, `downgrade --from-ledger` reverts it."""
    source = applied.read(FILE)
    (applied.folder / FILE).unlink()
    found = status(applied)
    assert [(entry["revision"], entry["message"]) for entry in found["lost"]] == [
        ("r2", "revision 2")
    ]
    assert found["next_command"] == "flask db show r2"
    assert "'revision 2', 20" in applied.invoke("db", "status").stdout
    assert source.rstrip() in applied.invoke("db", "show", "r2").stdout
    refused = applied.invoke("db", "downgrade", check=False)
    assert refused.code == 1
    assert "flask db downgrade --from-ledger" in refused.stderr
    answer = applied.invoke("db", "downgrade", "--from-ledger")
    assert "r2 has no file: what runs is its file of 20" in answer.stderr
    with database.engine() as engine:
        assert not inspect(engine).has_table("t2")
    assert status(applied)["current"] == ["r1"]
    assert not (applied.folder / FILE).exists()


def test_several_files_that_are_gone(applied: Project, database: Database) -> None:
    """A whole branch is reverted, down to a revision that has a file or to none."""
    for file in applied.files("migrations/versions/*.py"):
        file.unlink()
    applied.invoke("db", "downgrade", "--from-ledger", "base")
    assert status(applied)["current"] == []
    with database.engine() as engine:
        assert not inspect(engine).has_table("t2")


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_nothing_to_remember(applied: Project, database: Database) -> None:
    """What the ledger does not know can't be shown nor reverted from it."""
    assert "No file" in applied.invoke("db", "show", "r9", check=False).stderr
    answer = applied.invoke("db", "downgrade", "--from-ledger", check=False)
    assert answer.code == 1
    assert "The ledger has no file" in answer.stderr
    assert status(applied)["current"] == ["r2"]


def test_a_failure(project: Project) -> None:
    """`status` says what failed, until something else happens."""
    write_revisions(project, ONE, 'op.execute("INSERT INTO nowhere VALUES (1)")')
    project.invoke("db", "upgrade", check=False)
    found = status(project)
    assert found["failure"]["revision"] == "r2"
    assert "nowhere" in found["failure"]["error"]
    assert found["next_command"] == "flask db upgrade"
    assert "upgrade of r2 failed 20" in project.invoke("db", "status").stdout
    write_revision(project, 2, "pass")
    project.invoke("db", "upgrade")
    assert status(project)["failure"] is None


def test_authors(sqlite_database: Database, make_project: Any) -> None:
    """A pending revision's author and age are git's, where git knows; else the file's date."""
    project = make_project(sqlite_database)
    write_revisions(project, ONE, TWO)
    _git(project.folder, "init", "-q")
    _git(project.folder, "add", "migrations/versions/r1.py")
    _git(project.folder, "commit", "-q", "-m", "first")
    os.utime(project.folder / FILE, (1_700_000_000, 1_700_000_000))
    one, two = status(project)["pending"]
    assert (one["author"], one["written"]) == ("Ada", "2020-01-02T03:04:05+00:00")
    assert (two["author"], two["written"]) == ("", "2023-11-14T22:13:20+00:00")
    text = project.invoke("db", "status").stdout
    assert "days old, by Ada)" in text


def test_without_git(sqlite_database: Database, make_project: Any, monkeypatch: Any) -> None:
    """A machine without git has status all the same."""
    project = make_project(sqlite_database)
    write_revisions(project, ONE)
    (project.folder / ".git").mkdir()
    project.environment["PATH"] = str(project.folder)
    assert status(project)["pending"][0]["author"] == ""


def _git(folder: Path, *arguments: str) -> None:
    moment = "2020-01-02T03:04:05+00:00"
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@b", "GIT_AUTHOR_DATE": moment}
    who |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@b"}
    subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **who}, check=True)
