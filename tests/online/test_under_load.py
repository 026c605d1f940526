"""Writers go on while an index is built, and a kill in the middle costs nothing."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from tests.databases import POSTGRESQL, Database
from tests.engine.revisions import start_upgrade, write_revision, write_revisions
from tests.online.asking import client
from tests.projects import Project

ROWS = 3000
TABLES = f"""
op.execute('''
    CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.001); RETURN $1; END'
''')
op.create_table("seen", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "item", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(50))
)
op.execute("INSERT INTO item SELECT n, 'n' || n FROM generate_series(1, {ROWS}) n")
"""
INDEX = 'op.create_index("ix_slow", "item", [sa.text("slow(name)")])'
CHECK = """op.create_check_constraint("ck_slow", "item", "slow(name) LIKE 'n%'")"""
INDEX_BEGUN = "SELECT count(*) FROM pg_class WHERE relname = 'ix_slow'"
CHECK_BEGUN = """
    SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%VALIDATE %'
    AND pid <> pg_backend_pid() AND datname = current_database()
"""
BROKEN = """
    SELECT (SELECT count(*) FROM pg_index WHERE NOT indisvalid)
         + (SELECT count(*) FROM pg_constraint WHERE NOT convalidated)
"""
MADE = """
    SELECT (SELECT count(*) FROM pg_class WHERE relname = 'ix_slow')
         + (SELECT count(*) FROM pg_constraint WHERE conname = 'ck_slow')
"""

pytestmark = pytest.mark.parametrize("database_kind", [POSTGRESQL], ids=str)


@pytest.fixture
def items(project: Project) -> Project:
    """A project with a table that counts as large, of which anything takes some seconds."""
    settings = 'app.config["GODWIT_SMALL_TABLE_ROWS"] = 10\napp.config.from_prefixed_env()\n'
    project.replace("app.py", "db = SQLAlchemy(app)", f"{settings}db = SQLAlchemy(app)")
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    return project


def test_writers_are_not_blocked(items: Project, database: Database) -> None:
    """While an index is built; as the script says they are, for as long as it takes."""
    for online, number in (("true", 2), ("false", 3)):
        write_revision(items, number, INDEX.replace("ix_slow", f"ix_{number}"))
        with client(database, "UPDATE item SET name = name WHERE id = 7") as worst:
            items.invoke("db", "upgrade", FLASK_GODWIT_ONLINE=online)
        assert (worst[0] > 2) is (online == "false"), f"online={online}: {worst[0]} s"


@pytest.mark.parametrize(
    ("operation", "begun"), [(INDEX, INDEX_BEGUN), (CHECK, CHECK_BEGUN)], ids=["index", "check"]
)
@pytest.mark.parametrize("session_ends", [True, False], ids=["ends", "lives"])
def test_killed_between_the_parts(
    items: Project, database: Database, operation: str, begun: str, session_ends: bool
) -> None:
    """The next run finishes it; what comes before and after is done once."""
    before, after = (f'op.execute("INSERT INTO seen VALUES ({n})")' for n in (1, 2))
    column = 'op.add_column("item", sa.Column("more", sa.Integer))'
    index = 'op.create_index("ix_id", "item", ["id", "name"])'
    write_revision(items, 2, "\n".join((before, index, column, operation, after)))
    upgrade = start_upgrade(items)
    deadline = time.monotonic() + 60
    while not scalar(database, begun):
        assert time.monotonic() < deadline
        assert upgrade.poll() is None
        time.sleep(0.02)
    upgrade.kill()
    upgrade.communicate()
    if session_ends:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        scalar(
            database, f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {ours}"
        )
    items.invoke("db", "upgrade")
    assert scalar(database, BROKEN) == 0
    assert scalar(database, MADE) == 1
    assert scalar(database, "SELECT count(*) FROM seen") == 2
    assert scalar(database, "SELECT count(*) FROM godwit_journal") == 0


def scalar(database: Database, query: str) -> int:
    with database.engine() as engine, engine.connect() as connection:
        return int(connection.scalar(text(query)) or 0)
