"""On MySQL and MariaDB a revision that fails half-way is finished by the next run."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import inspect, make_url, text

from tests.databases import MARIADB, MYSQL, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.projects import Project

WHOLE = 'op.create_table("whole", sa.Column("id", sa.Integer))'
HALF = """
op.create_table("half", sa.Column("id", sa.Integer))
op.execute("INSERT INTO half VALUES (1)")
op.add_column("half", sa.Column("note", sa.String(20)))
op.execute("INSERT INTO half (id) VALUES (2)")
op.execute("ALTER TABLE {table} ADD COLUMN more INTEGER")
"""

pytestmark = pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)


@pytest.fixture
def half(project: Project) -> Project:
    """A project whose second revision has failed in its last statement."""
    write_revisions(project, WHOLE, HALF.format(table="nowhere"))
    assert project.invoke("db", "upgrade", check=False).code == 1
    return project


def test_a_failed_revision_is_finished(half: Project, database: Database) -> None:
    """Its statements took effect once each, whatever was tried in between."""
    answer = half.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "kept of it, and not repeated: 4 statements" in answer.stderr
    write_revision(half, 2, HALF.format(table="half"))
    assert "1 applied" in half.invoke("db", "upgrade").stdout
    assert rows(database, "half") == [(1, None, None), (2, None, None)]
    assert rows(database, "godwit_journal") == []


def test_status_tells_of_it(half: Project, database: Database) -> None:
    """What is half done, why it stopped, and what to type."""
    told = half.invoke("db", "status").stdout
    assert "upgrade r2 is half done: 4 of its statements took effect" in told
    assert "it stopped with: " in told
    assert "nowhere" in told
    assert "Next: flask db upgrade" in told
    (target,) = json.loads(half.invoke("db", "status", "--json").stdout)["targets"]
    (found,) = target["half_applied"]
    assert found["statements"][1] == "INSERT INTO half VALUES (1)"
    assert half.invoke("db", "status", "--exit-code", check=False).code == 1


def test_finished_by_other_means(half: Project, database: Database) -> None:
    """What plain Alembic has applied since then is not half done, and not run again."""
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r2'"))
    told = half.invoke("db", "status").stdout
    assert "half done" not in told
    assert "failed" not in told
    assert "Nothing to do" in half.invoke("db", "upgrade").stdout


def test_a_file_edited_where_it_was_done(half: Project, database: Database) -> None:
    """A statement that took effect is another one now: nothing is guessed."""
    write_revision(half, 2, HALF.format(table="half").replace("VALUES (1)", "VALUES (7)"))
    answer = half.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "done: INSERT INTO half VALUES (1)" in answer.stderr
    assert "now comes: INSERT INTO half VALUES (7)" in answer.stderr
    assert rows(database, "half") == [(1, None), (2, None)]


def test_a_statement_put_before_what_was_done(half: Project, database: Database) -> None:
    """The file was edited, and a new statement comes before one that was done."""
    new = 'op.execute("CREATE TABLE first (id INTEGER)")'
    write_revision(half, 2, new + HALF.format(table="half"))
    answer = half.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "Its file was edited" in answer.stderr
    assert "done: CREATE TABLE half" in answer.stderr
    assert "now comes: CREATE TABLE first" in answer.stderr
    assert "flask db resolve r2 --retry" in answer.stderr
    half.invoke("db", "resolve", "r2", "--retry")
    half.invoke("db", "upgrade")
    assert rows(database, "half") == [(1, None, None), (2, None, None)]
    assert rows(database, "first") == []


def test_a_downgrade_that_is_half_done(project: Project, database: Database) -> None:
    """An upgrade that has no step to do does not say that all is well."""
    write_revisions(project, WHOLE)
    down = 'op.add_column("whole", sa.Column("more", sa.Integer)); op.drop_table("nowhere")'
    project.replace("migrations/versions/r1.py", "    pass", f"    {down}")
    project.invoke("db", "upgrade")
    assert project.invoke("db", "downgrade", check=False).code == 1
    answer = project.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "The downgrade of revision r1 is half done: 1 of its statements" in answer.stderr
    assert "flask db downgrade    finishes it" in answer.stderr


def test_a_table_dropped_by_hand(half: Project, database: Database) -> None:
    """Somebody undid the first half: it runs from its start when that is said."""
    execute(database, "DROP TABLE half")
    write_revision(half, 2, HALF.format(table="half"))
    answer = half.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "The database was changed since it was cut off." in answer.stderr
    assert "TABLE `half`: is gone since:" in answer.stderr
    half.invoke("db", "resolve", "r2", "--rolled-back")
    half.invoke("db", "upgrade")
    assert len(rows(database, "half")) == 2


def test_the_rest_done_by_hand(half: Project, database: Database) -> None:
    """It counts as done, and the next revision is applied after it."""
    execute(database, "ALTER TABLE half ADD COLUMN more INTEGER")
    half.invoke("db", "resolve", "r2", "--applied")
    assert "r2 (head)" in half.invoke("db", "current").stdout
    assert "Nothing to do" in half.invoke("db", "upgrade").stdout


def test_a_branch_reverted_by_hand(project: Project, database: Database) -> None:
    """Only that revision counts as reverted: what other branches have done stays done."""
    half_done = 'op.execute("DROP TABLE more")\n    op.execute("DROP TABLE nowhere")'
    for name, down, body in (
        ("r1", None, "pass"),
        ("b1", "r1", half_done),
        ("c1", "r1", "pass"),
        ("m", ("b1", "c1"), half_done),
    ):
        text = f"from alembic import op\nrevision, down_revision = {name!r}, {down!r}\n\n"
        text += f"def upgrade():\n    pass\n\n\ndef downgrade():\n    {body}\n"
        project.write(f"migrations/versions/{name}.py", text)
    project.invoke("db", "upgrade")
    for target, reverted, left in (("b1", "m", {"b1", "c1"}), ("b1@r1", "b1", {"c1"})):
        execute(database, "CREATE TABLE more (id INTEGER)")
        project.invoke("db", "downgrade", target, check=False)
        project.invoke("db", "resolve", reverted, "--applied")
        assert set(project.invoke("db", "current").stdout.replace("(head)", "").split()) == left


def test_nothing_else_runs_before_it(half: Project, database: Database) -> None:
    """A downgrade would find half of a revision that the version table does not know."""
    answer = half.invoke("db", "downgrade", check=False)
    assert answer.code == 1
    assert "The upgrade of revision r2 is half done" in answer.stderr
    assert "flask db upgrade r2    finishes it" in answer.stderr
    half.invoke("db", "stamp", "r2")
    assert "Nothing to do" in half.invoke("db", "upgrade").stdout
    half.invoke("db", "downgrade")
    assert rows(database, "godwit_journal") == []


def test_resolve_what_is_whole(project: Project, database: Database) -> None:
    """There is nothing to decide, and that is said."""
    write_revisions(project, WHOLE)
    project.invoke("db", "upgrade")
    answer = project.invoke("db", "resolve", "r1", "--applied", check=False)
    assert answer.code == 1
    assert "Revision r1 is not half applied." in answer.stderr
    assert project.invoke("db", "resolve", "r1", check=False).code == 2


def test_autogenerate_leaves_our_tables_alone(half: Project, database: Database) -> None:
    """The journal is no table of the application."""
    half.invoke("db", "stamp", "head")
    answer = half.invoke("db", "check", check=False)
    assert "godwit" not in answer.stdout + answer.stderr


def test_a_table_of_another_charset(project: Project, database: Database) -> None:
    """The journal takes statements with any character, whatever the database's charset is."""
    execute(database, f"ALTER DATABASE `{make_url(database.url).database}` CHARACTER SET latin1")
    snowman = "op.execute(\"INSERT INTO whole2 VALUES ('☃ 🐦')\")"
    create = 'op.execute("CREATE TABLE whole2 (t VARCHAR(9)) CHARACTER SET utf8mb4")'
    write_revisions(project, WHOLE, f"{create}\n{snowman}\n{WHOLE.replace('whole', 'last')}")
    project.invoke("db", "upgrade")
    assert "last" in tables(database)


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.engine() as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def tables(database: Database) -> list[str]:
    with database.engine() as engine:
        return inspect(engine).get_table_names()


def execute(database: Database, statement: str) -> None:
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text(statement))
