"""A partition of a large table of PostgreSQL is detached while everybody goes on using it."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from tests.databases import POSTGRESQL, PSYCOPG, Database
from tests.engine.revisions import start_upgrade, write_revision, write_revisions
from tests.projects import Project

TABLES = """
op.create_table("seen", sa.Column("id", sa.Integer, primary_key=True))
op.execute("CREATE TABLE logs (id integer, place text) PARTITION BY LIST (place)")
op.execute("CREATE TABLE \\"Ulm 1\\" PARTITION OF logs FOR VALUES IN ('Ulm', '50 %', NULL)")
op.execute("CREATE TABLE others PARTITION OF logs FOR VALUES IN ('Bonn')")
op.execute("INSERT INTO logs SELECT n, 'Ulm' FROM generate_series(1, 5000) n")
"""
DETACH = """
op.execute("INSERT INTO seen VALUES (1)")
op.execute('ALTER TABLE logs DETACH PARTITION "Ulm 1"')
op.execute("INSERT INTO seen VALUES (2)")
"""
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'logs'::regclass"
CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = '\"Ulm 1\"'::regclass"
PENDING = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending"
OURS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%DETACH%'"

pytestmark = pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)


@pytest.fixture
def logs(project: Project) -> Project:
    """A project with a partition that counts as large."""
    project.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        'app.config["GODWIT_SMALL_TABLE_ROWS"] = 1000\ndb = SQLAlchemy(app)',
    )
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    write_revision(project, 2, DETACH)
    return project


def test_concurrently_where_it_can_be(logs: Project, database: Database) -> None:
    """Nothing is left of that but with a DEFAULT partition, where it can't be, and plan says so."""
    told(database, "CREATE TABLE rest PARTITION OF logs DEFAULT")
    plan = logs.invoke("db", "plan").stdout
    assert "CONCURRENTLY while it has a DEFAULT partition" in " ".join(plan.split())
    told(database, "DROP TABLE rest")
    plan = logs.invoke("db", "plan").stdout
    assert 'DETACH PARTITION "Ulm 1" CONCURRENTLY' in plan
    assert "partition-detached-under-lock" not in plan
    assert "detached CONCURRENTLY" in logs.invoke("db", "upgrade").stdout
    assert rows(database, PARTITIONS) == ["others"]
    assert rows(database, CHECKS) == []


def test_partitions_of_partitions(logs: Project, database: Database) -> None:
    """One of the lower level goes as well, and one that has partitions itself; no CHECK stays."""
    told(
        database,
        "CREATE TABLE many PARTITION OF logs FOR VALUES IN ('Kiel') PARTITION BY RANGE (id)",
        "CREATE TABLE many_1 PARTITION OF many FOR VALUES FROM (1) TO (4000)",
        "CREATE TABLE many_2 PARTITION OF many FOR VALUES FROM (4000) TO (90000)",
        "INSERT INTO logs SELECT n, 'Kiel' FROM generate_series(1, 20000) n",
    )
    lines = ("many DETACH PARTITION many_1", "logs DETACH PARTITION many")
    write_revision(logs, 3, "".join(f"op.execute('ALTER TABLE {line}')\n" for line in lines))
    assert logs.invoke("db", "upgrade").stdout.count("detached CONCURRENTLY") == 3
    assert rows(database, PARTITIONS) == ["others"]
    assert rows(database, PARTITIONS.replace("'logs'", "'many'")) == ["many_2"]
    assert (
        rows(
            database,
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid IN"
            " ('many'::regclass, 'many_1'::regclass, 'many_2'::regclass)",
        )
        == []
    )


@pytest.mark.parametrize("end", ["pg_terminate_backend", "pg_cancel_backend"])
def test_cut_off_while_it_waits(logs: Project, database: Database, end: str) -> None:
    """The next run finishes what is pending, and everything is done once."""
    with database.engine() as engine, engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM logs WHERE place = 'Bonn'"))
        upgrade = start_upgrade(logs)
        deadline = time.monotonic() + 60
        while rows(database, PENDING) == [0]:
            assert time.monotonic() < deadline
            assert upgrade.poll() is None
            time.sleep(0.02)
        if end == "pg_terminate_backend":
            upgrade.kill()
        rows(database, f"SELECT count({end}(pid)) {OURS} AND pid <> pg_backend_pid()")
        upgrade.communicate()
    assert rows(database, PENDING) == [1]
    logs.invoke("db", "upgrade")
    assert rows(database, PARTITIONS) == ["others"]
    assert rows(database, CHECKS) == []
    assert rows(database, "SELECT id FROM seen ORDER BY id") == [1, 2]
    assert rows(database, "SELECT count(*) FROM godwit_journal") == [0]


def rows(database: Database, query: str) -> list[object]:
    with database.engine() as engine, engine.connect() as connection:
        return list(connection.scalars(text(query)))


def told(database: Database, *statements: str) -> None:
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
