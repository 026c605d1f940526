"""A revision that fails leaves nothing behind, and a rebuilt table keeps what refers to it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.databases import POSTGRESQL, PSYCOPG, SQLITE, Database
from tests.engine.revisions import tables, write_revision, write_revisions
from tests.projects import Project

FOREIGN_KEYS_ON = """
    from sqlalchemy import event

    with app.app_context():
        @event.listens_for(db.engine, "connect")
        def _(connection, _record):
            connection.execute("PRAGMA foreign_keys=ON")
"""
FAMILY = """
op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)")
op.execute("CREATE TABLE child (id INTEGER PRIMARY KEY,"
           " parent_id INTEGER REFERENCES parent(id) ON DELETE CASCADE)")
op.execute("INSERT INTO parent VALUES (1, 'a'), (2, 'b')")
op.execute("INSERT INTO child VALUES (1, 1), (2, 2)")
"""
REBUILD = """
with op.batch_alter_table("parent", recreate="always") as batch:
    batch.alter_column("name", type_=sa.String(50))
"""


@pytest.mark.parametrize("database_kind", [SQLITE, POSTGRESQL, PSYCOPG], ids=str)
def test_a_failed_revision_leaves_nothing(project: Project, database: Database) -> None:
    """It fails in its third statement; corrected, it is applied as if nothing had been."""
    half = """
        op.create_table("half", sa.Column("id", sa.Integer))
        op.execute("INSERT INTO half VALUES (1)")
        op.execute("INSERT INTO nowhere VALUES (1)")
    """
    write_revisions(project, 'op.create_table("whole", sa.Column("id", sa.Integer))', half)
    answer = project.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "migrations/versions/r2.py:11" in answer.stderr
    with database.engine() as engine:
        assert tables(engine) == ["alembic_version", "whole"]
        write_revision(project, 2, half.replace("nowhere", "half"))
        project.invoke("db", "upgrade")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM half")) == 2


def test_a_failed_rebuild_leaves_nothing(sqlite_database: Database, make_project) -> None:
    """Not even the temporary table of the rebuild stays."""
    project = make_project(sqlite_database)
    write_revisions(project, FAMILY, REBUILD + '\nop.execute("INSERT INTO nowhere VALUES (1)")')
    assert project.invoke("db", "upgrade", check=False).code == 1
    with sqlite_database.engine() as engine:
        assert tables(engine) == ["alembic_version", "child", "parent"]


@pytest.mark.parametrize("where", ["own revision", "first revision"])
def test_children_of_a_rebuilt_table(sqlite_database: Database, make_project, where: str) -> None:
    """With foreign keys on and ON DELETE CASCADE: two children before, two after."""
    project = _with_foreign_keys(make_project(sqlite_database))
    write_revisions(
        project, *([FAMILY, REBUILD] if where == "own revision" else [FAMILY + REBUILD])
    )
    project.invoke("db", "upgrade")
    assert _rows(sqlite_database, "child") == [(1, 1), (2, 2)]
    assert _rows(sqlite_database, "parent") == [(1, "a"), (2, "b")]


def test_a_delete_still_cascades(sqlite_database: Database, make_project) -> None:
    """Where no table is rebuilt the application's foreign keys are in force, as ever."""
    project = _with_foreign_keys(make_project(sqlite_database))
    write_revisions(project, FAMILY, REBUILD, 'op.execute("DELETE FROM parent WHERE id = 2")')
    project.invoke("db", "upgrade")
    assert _rows(sqlite_database, "child") == [(1, 1)]


def test_a_rebuild_that_orphans_rows_is_refused(sqlite_database: Database, make_project) -> None:
    """A rebuild runs without foreign keys; rows that it leaves without a parent stop it."""
    project = _with_foreign_keys(make_project(sqlite_database))
    write_revisions(project, FAMILY, REBUILD + '\nop.execute("DELETE FROM parent WHERE id = 2")')
    answer = project.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "child -> parent" in answer.stderr
    assert len(_rows(sqlite_database, "parent")) == 2


def test_vacuum_in_an_autocommit_block(sqlite_database: Database, make_project) -> None:
    """What must run outside a transaction still can."""
    project = make_project(sqlite_database)
    vacuum = 'with op.get_context().autocommit_block():\n    op.execute("VACUUM")'
    write_revisions(
        project, FAMILY, vacuum + "\n" + FAMILY.replace("parent", "p2").replace("child", "c2")
    )
    project.invoke("db", "upgrade")
    assert len(_rows(sqlite_database, "c2")) == 2


def _with_foreign_keys(project: Project) -> Project:
    project.write("app.py", project.read("app.py") + "\n" + _dedented(FOREIGN_KEYS_ON))
    return project


def _dedented(source: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in source.splitlines())


def _rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.engine() as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]


ONE_TRANSACTION = """
from alembic import context
from flask import current_app

with current_app.extensions["migrate"].db.engine.connect() as connection:
    transaction = connection.begin()
    context.configure(connection=connection)
    context.run_migrations()
    transaction.commit()
"""


def test_an_env_with_a_transaction_of_its_own(sqlite_database: Database, make_project) -> None:
    """An env.py that holds one transaction for all revisions keeps children too."""
    project = _with_foreign_keys(make_project(sqlite_database))
    project.write("migrations/env.py", ONE_TRANSACTION)
    write_revisions(project, FAMILY, REBUILD, 'op.execute("DELETE FROM parent WHERE id = 2")')
    project.invoke("db", "upgrade")
    assert _rows(sqlite_database, "child") == [(1, 1)]
    assert _rows(sqlite_database, "alembic_version") == [("r3",)]


def test_an_env_with_a_transaction_of_its_own_on_a_server(
    project: Project, database: Database
) -> None:
    """Such an env.py works on every database, from an empty one on, and the ledger knows."""
    project.write("migrations/env.py", ONE_TRANSACTION)
    table = 'op.create_table("t{}", sa.Column("id", sa.Integer))'
    write_revisions(project, table.format(1), table.format(2))
    assert "Warning" not in project.invoke("db", "upgrade").stderr
    assert _rows(database, "alembic_version") == [("r2",)]
    log = project.invoke("db", "log").stdout
    assert [revision in log for revision in ("r1", "r2")] == [True, True]
