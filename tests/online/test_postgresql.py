"""On large tables of PostgreSQL operations take a form that keeps nobody waiting."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.databases import POSTGRESQL, PSYCOPG, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.online.asking import execute, rows
from tests.projects import Project

TABLES = """
op.execute("CREATE TYPE mood AS ENUM ('a')")
op.create_table("team", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "User",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50)),
    sa.Column("team_id", sa.Integer),
)
op.execute("INSERT INTO team SELECT n FROM generate_series(1, 9) n")
op.execute('INSERT INTO "User" SELECT n, \\'n\\' || n, 1 + n % 9 FROM generate_series(1, 5000) n')
"""
NOT_NULL = 'op.alter_column("User", "name", existing_type=sa.String(50), nullable=False)'
OPERATIONS = {
    "index": 'op.create_index("ix_name", "User", ["name"])',
    "expression": 'op.create_index("ix_name", "User", [sa.text("lower(name)")], unique=True)',
    "foreign key": 'op.create_foreign_key("fk_team", "User", "team", ["team_id"], ["id"])',
    "unnamed": 'op.create_foreign_key(None, "User", "team", ["team_id"], ["id"])',
    "check": """op.create_check_constraint("ck_name", "User", "name LIKE 'n%'")""",
    "unique": 'op.create_unique_constraint("uq_name", "User", ["name"])',
    "not null": NOT_NULL,
    "in steps": """
        op.drop_constraint("User_pkey", "User")
        op.create_unique_constraint("uq_id", "User", ["id"])
        with op.batch_alter_table("User") as batch:
            now = sa.func.clock_timestamp()
            batch.add_column(sa.Column("seen", sa.Date, nullable=False, server_default=now))
            batch.create_primary_key("pk_user", ["id", "name"])
            batch.alter_column("team_id", type_=sa.BigInteger, existing_type=sa.Integer)
    """,
    "batch": """
        with op.batch_alter_table("User") as batch:
            batch.add_column(sa.Column("born", sa.Integer))
            batch.create_index("ix_born", ["born", "name"])
            batch.alter_column("name", existing_type=sa.String(50), nullable=False)
            batch.create_unique_constraint("uq_name", ["name"])
            batch.create_foreign_key("fk_team", "team", ["team_id"], ["id"])
            batch.drop_column("born")
    """,
    "renamed": NOT_NULL.replace("nullable", "new_column_name='title', nullable"),
}
SCHEMA = """
    SELECT 'constraint', conname::text, pg_get_constraintdef(oid), convalidated, true
    FROM pg_constraint WHERE conrelid = '"User"'::regclass
    UNION ALL
    SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid, indisready
    FROM pg_index WHERE indrelid = '"User"'::regclass
    UNION ALL
    SELECT 'column', attname::text, format_type(atttypid, atttypmod), attnotnull, true
    FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attnum > 0
      AND NOT attisdropped
    ORDER BY 1, 2
"""

pytestmark = pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)


@pytest.fixture
def users(project: Project) -> Project:
    """A project with a table that counts as large."""
    project.environment["FLASK_GODWIT_SMALL_TABLE_ROWS"] = "1000"
    project.replace(
        "app.py", "db = SQLAlchemy(app)", "app.config.from_prefixed_env()\ndb = SQLAlchemy(app)"
    )
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    return project


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_same_schema(users: Project, database: Database, operation: str) -> None:
    """The safe form gives what the script's own gives, and is told of; between other statements."""
    write_revision(users, 2, around(operation))
    told = users.invoke("db", "upgrade").stdout
    assert "online: " in told
    safe = rows(database, SCHEMA)
    assert all(valid and ready for kind, *_, valid, ready in safe if kind != "column")
    assert rows(database, "SELECT count(*) FROM godwit_journal") == [(0,)]
    again(users, database)
    write_revision(users, 2, around(operation))
    plain = users.invoke("db", "upgrade", FLASK_GODWIT_ONLINE="false").stdout
    assert "online: " not in plain
    assert rows(database, SCHEMA) == safe


def test_a_new_value_can_be_used(users: Project, database: Database) -> None:
    """ALTER TYPE … ADD VALUE is committed before the revision goes on."""
    use = """op.execute("CREATE TABLE felt AS SELECT 'b'::mood AS mood")"""
    write_revision(users, 2, f"""op.execute("ALTER TYPE mood ADD VALUE 'b'")\n{use}""")
    assert "ADD VALUE 'b': committed" in users.invoke("db", "upgrade").stdout
    assert rows(database, "SELECT mood FROM felt") == [("b",)]


def test_small_and_new_tables_are_left_alone(users: Project, database: Database) -> None:
    """As is what somebody vouches for: the script is done as it stands."""
    for body in (
        'op.create_index("ix_team", "team", ["id"])',
        TABLES.replace("team", "club").replace("User", "Member").replace("mood", "humour")
        + 'op.create_index("ix_member", "Member", ["name"])',
        'import flask_godwit\nwith flask_godwit.assured("at night"):\n    ' + OPERATIONS["index"],
    ):
        again(users, database)
        write_revision(users, 2, body)
        assert "online: " not in users.invoke("db", "upgrade").stdout


def test_rows_in_the_way(users: Project, database: Database) -> None:
    """Nothing is left of a constraint that rows violate, and the next run begins it anew."""
    violated = {
        "not null": "name = NULL",
        "foreign key": "team_id = 77",
        "check": "name = 'x'",
        "unique": "name = 'n6'",
    }
    before = rows(database, SCHEMA)
    for operation, value in violated.items():
        again(users, database)
        write_revision(users, 2, OPERATIONS[operation])
        old = rows(database, 'SELECT name, team_id FROM "User" WHERE id = 5')
        execute(database, f'UPDATE "User" SET {value} WHERE id = 5')
        assert users.invoke("db", "upgrade", check=False).code == 1
        assert rows(database, SCHEMA) == before
        execute(database, f"""UPDATE "User" SET name = '{old[0][0]}', team_id = 6 WHERE id = 5""")
        users.invoke("db", "upgrade")
        assert rows(database, SCHEMA) != before


def test_an_invalid_index_is_replaced(users: Project, database: Database) -> None:
    """The remains of somebody's attempt are no obstacle."""
    execute(database, """UPDATE "User" SET name = 'n1' WHERE id = 2""")
    with pytest.raises(Exception, match="unique"):
        execute(database, 'CREATE UNIQUE INDEX CONCURRENTLY ix_name ON "User" (name)')
    write_revision(users, 2, OPERATIONS["index"])
    users.invoke("db", "upgrade")
    found = rows(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_name'::regclass")
    assert found == [(True,)]


def around(operation: str) -> str:
    """An operation between others, of which some are in transactions."""
    return "\n".join(
        (
            'op.execute("INSERT INTO team VALUES (100)")',
            dedent(operation),
            'op.add_column("User", sa.Column("more", sa.Integer))',
            'op.create_index("ix_more", "User", ["more"])',
            'op.drop_index("ix_more", "User")',
            'op.execute("INSERT INTO team VALUES (101)")',
        )
    )


def again(users: Project, database: Database) -> None:
    """Begin anew, from the first revision."""
    execute(database, "DROP SCHEMA public CASCADE")
    execute(database, "CREATE SCHEMA public")
    for path in users.files("migrations/versions/r2.py"):
        path.unlink()
    users.invoke("db", "upgrade")
