"""An env.py that runs the revisions in one schema after the other: a tenant's each."""

from __future__ import annotations

import pytest

from tests.databases import Database
from tests.engine.revisions import write_revisions
from tests.projects import Project

ENV = """
    from alembic import context
    from flask import current_app
    from sqlalchemy import text

    with current_app.extensions["migrate"].db.engine.connect() as connection:
        for tenant in context.get_x_argument(as_dictionary=True).get("for", "one two").split():
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {tenant}"))
            connection.execute(text(f"SET search_path TO {tenant}"))
            connection.commit()
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
"""


@pytest.mark.requires("schemas", "enum_types")
def test_each_schema(project: Project, database: Database) -> None:
    """Each has its tables and its versions, and is told of by itself."""
    project.write("migrations/env.py", ENV)
    table = 'op.create_table("t{}", sa.Column("id", sa.Integer))'
    write_revisions(project, table.format(1), table.format(2))
    told = project.invoke("db", "upgrade").stdout
    assert told.count("2 applied in") == 2
    assert told.count("upgrade r2") == 2
    assert project.invoke("db", "upgrade").stdout.count("Nothing to do") == 2
    with database.engine() as engine, engine.connect() as connection:
        query = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('one', 'two')"
        found = {tuple(row) for row in connection.exec_driver_sql(query)}
    tables = {"t1", "t2", "alembic_version", "godwit_ledger"}
    assert found == {(tenant, name) for tenant in ("one", "two") for name in tables}
    told = project.invoke("db", "downgrade", "base").stdout
    assert told.count("2 reverted in") == 2


@pytest.mark.requires("schemas", "enum_types")
def test_each_from_where_it_is(project: Project, database: Database) -> None:
    """A tenant that has come later is brought as far as the others."""
    project.write("migrations/env.py", ENV)
    table = 'op.create_table("t{}", sa.Column("id", sa.Integer))'
    write_revisions(project, *map(table.format, (1, 2, 3)))
    project.invoke("db", "upgrade", "-x", "for=one", "r2")
    told = project.invoke("db", "upgrade").stdout
    assert [told.count(f"{number} applied in") for number in (1, 3)] == [1, 1]
    with database.engine() as engine, engine.connect() as connection:
        query = "SELECT count(*) FROM pg_tables WHERE tablename IN ('t1', 't2', 't3')"
        assert connection.exec_driver_sql(query).scalar() == 6


@pytest.mark.requires("schemas", "enum_types")
def test_the_one_that_is_behind(project: Project) -> None:
    """Where one lacks something, the database does, whichever is looked at last."""
    project.write("migrations/env.py", ENV)
    write_revisions(project, *['op.execute("SELECT 1")'] * 3)
    project.invoke("db", "upgrade")
    project.invoke("db", "downgrade", "-x", "for=one", "r1")
    assert "pending r3" in project.invoke("db", "status").stdout
    asked = "from app import migrate; print(migrate.pending().revisions)"
    assert "('r2', 'r3')" in project.flask("shell", stdin=asked).stdout
