"""NOT NULL on large tables of PostgreSQL is tested beside the traffic."""

from __future__ import annotations

from signal import SIGKILL

import pytest

from tests.databases import POSTGRESQL, Database
from tests.engine.revisions import start_upgrade, write_revision, write_revisions
from tests.online.asking import execute, rows
from tests.projects import Project

TABLES = """
op.create_table("seen", sa.Column("id", sa.Integer, primary_key=True))
for table in ("Item", "part", "whole"):
    end = " PARTITION BY RANGE (id)" if table == "whole" else ""
    op.execute(f'CREATE TABLE "{table}" (id int, "The Name" text){end}')
op.execute("CREATE TABLE whole_1 PARTITION OF whole FOR VALUES FROM (1) TO (4000)")
op.execute("CREATE TABLE whole_2 PARTITION OF whole FOR VALUES FROM (4000) TO (9000)")
for table in ("Item", "part", "whole"):
    op.execute(f'''INSERT INTO "{table}" SELECT n, 'n' || n FROM generate_series(1, 8000) n''')
op.execute("ANALYZE")
"""
NOT_NULL = 'op.alter_column("{}", "The Name", nullable=False)'
ITEM = NOT_NULL.format("Item")
TAKEN = 'ALTER TABLE part ADD CONSTRAINT "Item_The Name_not_null" CHECK (id > 0)'
NOT_VALID = 'ALTER TABLE part ADD CONSTRAINT soon NOT NULL "The Name" NOT VALID'
CASES = {
    "plain": ("", ITEM),
    "name taken": (TAKEN, ITEM),
    "partitions": (
        'ALTER TABLE whole_1 ALTER COLUMN "The Name" SET NOT NULL',
        NOT_NULL.format("whole"),
    ),
    "there already": (NOT_VALID, NOT_NULL.format("part")),
}
UNFINISHED = "SELECT count(*) FROM godwit_journal"
SCHEMA = """
    SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(k.oid), convalidated,
        conislocal, coninhcount FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND relname NOT LIKE 'godwit%'
    UNION ALL
    SELECT attrelid::regclass::text, attname::text, '', attnotnull, attislocal, attinhcount
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND relname NOT LIKE 'godwit%'
        AND attnum > 0 AND NOT attisdropped
    ORDER BY 1, 2, 3
"""
KILLS = """
import os
from sqlalchemy import event
from sqlalchemy.engine import Engine

def _kill(connection, cursor, statement, *more):
    if os.environ["KILL_AT"] in statement:
        os.kill(os.getpid(), 9)

if "KILL_AT" in os.environ:
    event.listen(Engine, os.environ["KILL_WHEN"] + "_cursor_execute", _kill)

"""

pytestmark = pytest.mark.parametrize("database_kind", [POSTGRESQL], ids=str)


@pytest.fixture
def items(project: Project) -> Project:
    """A project with tables that count as large."""
    settings = 'app.config["GODWIT_SMALL_TABLE_ROWS"] = 1000\napp.config.from_prefixed_env()\n'
    project.replace("app.py", "db = SQLAlchemy(app)", f"{settings}db = SQLAlchemy(app)")
    project.write("app.py", KILLS + project.read("app.py"))
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    return project


def test_the_same_schema(items: Project, database: Database) -> None:
    """To the last name, as the script's own SET NOT NULL; with partitions, and beside leftovers."""
    for case, (before, operation) in CASES.items():
        if case == "there already" and not is_new(database):
            continue
        schemas = []
        for online in ("true", "false"):
            again(items, database, before)
            write_revision(items, 2, operation)
            told = items.invoke("db", "upgrade", FLASK_GODWIT_ONLINE=online).stdout
            assert ("online: " in told) is (online == "true"), case
            by_itself = "added NOT VALID" in told
            assert by_itself is (online == "true" and case != "name taken" and is_new(database))
            schemas.append(rows(database, SCHEMA))
        assert schemas[0] == schemas[1], case


@pytest.mark.parametrize(
    ("before", "kills"),
    [
        ("", [("NOT VALID", "before"), ("NOT VALID", "after"), ("VALIDATE", "after")]),
        (TAKEN, [("VALIDATE", "before"), ("SET NOT NULL", "after")]),
    ],
    ids=["by itself", "through a CHECK"],
)
def test_killed_between_the_parts(
    items: Project,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    kills: list[tuple[str, str]],
) -> None:
    """The next run goes on the same way; what comes before and after is done once."""
    write = (f'op.execute("INSERT INTO seen VALUES ({n})")' for n in (1, 2))
    body = f"\n{ITEM}\n".join(write)
    ends = []
    for at, when in (("", ""), *kills):
        again(items, database, before)
        write_revision(items, 2, body)
        if at:
            with monkeypatch.context() as patch:
                patch.setenv("KILL_AT", at)
                patch.setenv("KILL_WHEN", when)
                patch.setenv("FLASK_GODWIT_PREFLIGHT", "false")  # no rehearsal
                patch.setenv("FLASK_GODWIT_ENFORCE", "off")
                killed = start_upgrade(items)
                killed.communicate()
            assert killed.returncode == -SIGKILL, (at, when)
            assert rows(database, UNFINISHED) != [(0,)], (at, when)
        items.invoke("db", "upgrade")
        assert rows(database, UNFINISHED) == [(0,)]
        ends.append((rows(database, SCHEMA), rows(database, "SELECT id FROM seen ORDER BY id")))
    assert all(end == ends[0] for end in ends)


def test_nulls_that_nobody_foresaw(items: Project, database: Database) -> None:
    """Nothing stays that would refuse new rows, and the run goes on once they are gone."""
    # Of a query in it, nobody knows beforehand what it gives.
    lines = ("""op.execute('UPDATE "Item" SET "The Name" = (SELECT NULL) WHERE id = 5')""", ITEM)
    before = rows(database, SCHEMA)
    write_revision(items, 2, "\n".join(lines))
    failed = items.invoke("db", "upgrade", check=False)
    assert failed.code == 1
    assert 'column "Item".The Name contains NULLs' in failed.stderr
    assert rows(database, SCHEMA) == before
    execute(database, """UPDATE "Item" SET "The Name" = 'five' WHERE id = 5""")
    items.invoke("db", "upgrade")
    assert rows(database, SCHEMA) != before


def is_new(database: Database) -> bool:
    """Whether NOT NULL is a constraint of its own there, that can be NOT VALID."""
    return rows(database, "SELECT current_setting('server_version_num')::int >= 180000") == [
        (True,)
    ]


def again(items: Project, database: Database, before: str) -> None:
    """Begin anew, with a statement before the operation."""
    execute(database, "DROP SCHEMA public CASCADE")
    execute(database, "CREATE SCHEMA public")
    for path in items.files("migrations/versions/r2.py"):
        path.unlink()
    items.invoke("db", "upgrade")
    if before:
        execute(database, before)
