"""A statement that takes longer than it may is stopped, and nothing of it stays."""

from __future__ import annotations

import pytest

from tests.databases import Database
from tests.engine.revisions import write_revisions
from tests.projects import Project

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer))'
ENDLESS = {
    "sqlite": "INSERT INTO first WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
    " WHERE x < 1000000000) SELECT x FROM n",
    "postgresql": "INSERT INTO first SELECT 1 FROM pg_sleep(60)",
    # MySQL's SLEEP ends without an error.
    "mysql": "INSERT INTO first WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
    " WHERE x < 1000) SELECT count(*) FROM n a, n b, n c, n d",
    "mariadb": "INSERT INTO first SELECT SLEEP(60)",
}


@pytest.fixture
def slow(project: Project, database: Database) -> Project:
    """A project whose second revision takes a minute."""
    write_revisions(project, FIRST, f'op.execute("{ENDLESS[database.dialect]}")')
    return project


def test_by_option(slow: Project) -> None:
    """The message says how long it took, which statement it was, and how to allow more."""
    answer = slow.invoke("db", "upgrade", "--statement-timeout", "0.7", check=False)
    assert answer.code == 1
    assert "A statement took longer than 0.7 s and was stopped." in answer.stderr
    assert "statement: INSERT INTO first" in answer.stderr
    assert "--statement-timeout SECONDS" in answer.stderr
    assert "the database is at: r1" in answer.stderr


def test_by_the_script(slow: Project) -> None:
    """``statement_timeout`` in a script is for that revision alone."""
    path = "migrations/versions/r2.py"
    slow.write(path, slow.read(path) + "\nstatement_timeout = 0.7\n")
    answer = slow.invoke("db", "upgrade", check=False)
    assert "A statement took longer than 0.7 s and was stopped." in answer.stderr
    assert "upgrade r1" in answer.stdout


@pytest.mark.parametrize("name", ["lock_timeout", "statement_timeout"])
def test_no_number(project: Project, name: str) -> None:
    """What is no number of seconds is said, with the file."""
    write_revisions(project, FIRST)
    path = "migrations/versions/r1.py"
    project.write(path, project.read(path) + f"\n{name} = 'long'\n")
    answer = project.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert f"{name} in " in answer.stderr
    assert "must be a number of seconds, not 'long'" in answer.stderr
