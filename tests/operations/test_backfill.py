"""``op.backfill`` changes every row exactly once, whatever happens in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.databases import MARIADB, MYSQL, POSTGRESQL, PSYCOPG, SQLITE, Database
from tests.engine.revisions import start_upgrade, write_revision, write_revisions
from tests.network import Network
from tests.projects import Project

ROWS = 3000
TABLE = f"""
users = op.create_table(
    "users",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(50)),
    sa.Column("count", sa.Integer, nullable=False),
)
op.bulk_insert(users, [{{"id": 3 * n, "name": f"N{{n}}", "count": n}} for n in range({ROWS})])
"""
COUNT = 'op.backfill("users", {"count": sa.text("count + 1")}'
STRING = "existing_type=sa.String(50)"
ADDED = """
op.add_column("users", sa.Column("lower", sa.String(50)))
op.execute("UPDATE users SET name = 'Z' WHERE id = 0")
op.backfill("users", {"lower": sa.text("lower(name)")}, where="lower IS NULL", batch=250)
op.create_index("ix_users_lower", "users", ["lower"])
"""


@pytest.fixture
def users(project: Project) -> Project:
    """A project whose database has a table with some rows."""
    write_revisions(project, TABLE)
    project.invoke("db", "upgrade")
    return project


def test_every_row_once(users: Project, database: Database) -> None:
    """Also where a second UPDATE of the same row would show; the journal is empty afterwards."""
    write_revision(users, 2, f"{COUNT}, batch=700)\n{COUNT})")
    told = users.invoke("db", "upgrade").stdout
    assert "backfill of users: 3,000 rows changed" in told
    assert counts(database) == [n + 2 for n in range(ROWS)]
    assert not half_done(users)


def test_between_changes_of_the_schema(users: Project, database: Database) -> None:
    """What comes before it is there, what comes after it sees its rows."""
    write_revision(
        users,
        2,
        ADDED + 'op.alter_column("users", "lower", nullable=False, existing_type=sa.String(50))',
    )
    users.invoke("db", "upgrade")
    found = rows(database, "SELECT id, lower FROM users ORDER BY id")
    assert found == [(0, "z"), *((3 * n, f"n{n}") for n in range(1, ROWS))]


@pytest.mark.parametrize("after", [0.3, 0.8])
def test_killed_in_the_middle(users: Project, database: Database, after: float) -> None:
    """The next run goes on at the bookmark; what came before the backfill is not repeated."""
    before = 'op.execute("UPDATE users SET count = count + 1000")\n'
    column = 'op.add_column("users", sa.Column("more", sa.Integer))\n'
    change = (
        'op.alter_column("users", "name", new_column_name="title", existing_type=sa.String(50))\n'
    )
    last = 'op.execute("UPDATE users SET count = count + 5000")\n'
    write_revision(users, 2, f"{before}{column}{change}{COUNT}, batch=50, pause=0.05)\n{last}")
    for _ in range(2):
        upgrade = start_upgrade(users)
        wait_until_it_works(database)
        time.sleep(after)
        upgrade.kill()
        upgrade.communicate()
    assert 0 < len([c for n, c in enumerate(counts(database)) if c == n + 1001]) < ROWS
    assert half_done(users)
    write_revision(users, 2, f"{before}{column}{change}{COUNT}, pause=0)\n{last}")
    users.invoke("db", "upgrade")
    assert counts(database) == [n + 6001 for n in range(ROWS)]
    assert not half_done(users)


def test_rows_that_are_written_meanwhile(users: Project, database: Database) -> None:
    """An application that goes on writing NULLs: none is left at the end."""
    column = 'op.add_column("users", sa.Column("lower", sa.String(50)))\n'
    fill = 'op.backfill("users", {"lower": sa.text("lower(name)")}, "lower IS NULL",'
    write_revision(users, 2, f"{column}{fill} batch=100, pause=0.03)")
    upgrade = start_upgrade(users)
    wait_until(database, "SELECT count(*) FROM users WHERE lower IS NOT NULL")
    with database.engine() as engine, engine.begin() as connection:
        for number in (1, 100_000):
            connection.execute(text(f"INSERT INTO users VALUES ({number}, 'New', 0, NULL)"))
    upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0
    assert rows(database, "SELECT lower FROM users WHERE name = 'New'") == [("new",), ("new",)]
    assert rows(database, "SELECT id FROM users WHERE lower IS NULL") == []


def test_rows_that_stay(users: Project, database: Database) -> None:
    """A change that leaves a row as it was is no end, unless the script says that it is."""
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("UPDATE users SET name = NULL WHERE id = 30"))
    column = 'op.add_column("users", sa.Column("lower", sa.String(50)))\n'
    fill = 'op.backfill("users", {"lower": sa.text("lower(name)")}, "lower IS NULL"'
    write_revision(users, 2, f"{column}{fill})")
    answer = users.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "Rows of users remain" in answer.stderr
    assert "id: 30" in answer.stderr
    assert "check=False" in answer.stderr
    write_revision(users, 2, f"{column}{fill}, check=False)")
    users.invoke("db", "upgrade")
    assert rows(database, "SELECT id FROM users WHERE lower IS NULL") == [(30,)]


def test_another_backfill_in_an_edited_file(users: Project, database: Database) -> None:
    """What was begun with other values is not gone on with."""
    write_revision(users, 2, f'{COUNT})\nop.execute("SELECT nothing FROM nowhere")')
    assert users.invoke("db", "upgrade", check=False).code == 1
    write_revision(users, 2, COUNT.replace("+ 1", "+ 2") + ")")
    answer = users.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "done: backfill users" in answer.stderr
    write_revision(users, 2, f"{COUNT})")
    users.invoke("db", "upgrade")
    assert counts(database) == [n + 1 for n in range(ROWS)]


EXPRESSIONS = """
model = sa.Table("users", sa.MetaData(), sa.Column("count", sa.Integer))
values = {model.c.count: model.c.count * 2, "name": "it's: 100%"}
op.backfill(model, values, model.c.count < 5, check=False)
op.backfill("users", {"count": sa.func.coalesce(model.c.count, 0) + 1}, batch=2, until=9, pause=0)
op.create_table("pairs", sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer),
                sa.Column("n", sa.Integer), sa.PrimaryKeyConstraint("a", "b"))
op.create_table("log", sa.Column("code", sa.String(9), nullable=False), sa.Column("n", sa.Integer),
                sa.UniqueConstraint("code"))
for a in "xy":
    for b in range(5):
        op.execute(f"INSERT INTO pairs VALUES ('{a}', {b}, 0)")
        op.execute(f"INSERT INTO log VALUES ('{a}{b}', 0)")
op.backfill("pairs", {"n": sa.text("n + 1")}, batch=3)
op.backfill("pairs", {"n": sa.text("n + 10")}, "b = 1 OR b = 2", batch=3, check=False)
op.backfill("log", {"n": sa.text("n + 1")}, batch=4)
"""


def test_what_can_be_given(users: Project, database: Database) -> None:
    """Literals and expressions, tables as objects, keys of several columns, unique keys."""
    write_revision(users, 2, EXPRESSIONS)
    users.invoke("db", "upgrade")
    first = rows(database, "SELECT id, name, count FROM users ORDER BY id LIMIT 6")
    assert [row[2] for row in first] == [1, 3, 5, 7, 8, 5]
    assert [row[1] for row in first] == ["it's: 100%"] * 5 + ["N5"]
    pairs = rows(database, "SELECT n FROM pairs ORDER BY a, b")
    assert [n for (n,) in pairs] == [1, 11, 11, 1, 1] * 2
    assert rows(database, "SELECT DISTINCT n FROM log") == [(1,)]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('op.backfill("nowhere", {"a": 1})', "There is no table 'nowhere'"),
        ('op.backfill("users", {"nope": 1})', "The table users has no column nope."),
        ('op.backfill("users", {"id": 1})', "which it can't change at the same time"),
        ('op.backfill("users", {})', "has no values to set"),
        ('op.backfill("users", {"name": 1}, batch=0)', "one row at least"),
        (
            """op.create_table("bare", sa.Column("a", sa.Integer, unique=True))
op.backfill("bare", {"a": 1})""",
            "has no primary key, and no unique key without NULLs",
        ),
    ],
)
@pytest.mark.parametrize("database_kind", [SQLITE, POSTGRESQL], ids=str)
def test_what_is_refused(users: Project, script: str, reason: str) -> None:
    """Before any row is changed, and in words."""
    write_revision(users, 2, script)
    answer = users.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert reason in answer.stderr


def test_offline(users: Project, database: Database) -> None:
    """A script has one UPDATE, which any client can run."""
    fill = """op.backfill("users", {"count": sa.text("count + 1"), "name": "o'n"}, "count = 1")"""
    write_revision(users, 2, fill)
    script = users.invoke("db", "upgrade", "--sql", "r1:r2").stdout
    words = " ".join(script.replace("`", "").replace('"', "").split())
    assert "UPDATE users SET count=count + 1, name='o''n' WHERE (count = 1);" in words


def test_one_transaction_over_all_revisions(users: Project, database: Database) -> None:
    """An env.py that holds one gets no commit in its middle, and every row once all the same."""
    users.invoke("db", "init", "--with-env", check=False)
    users.replace("app.py", "Migrate(app, db)", "Migrate(app, db, transaction_per_migration=False)")
    write_revision(users, 2, f'{COUNT}, batch=100)\nop.execute("SELECT nothing FROM nowhere")')
    assert users.invoke("db", "upgrade", check=False).code == 1
    write_revision(users, 2, f"{COUNT}, batch=100)")
    users.invoke("db", "upgrade")
    assert counts(database) == [n + 1 for n in range(ROWS)]


def test_a_downgrade(users: Project, database: Database) -> None:
    """It works in both directions."""
    path = users.folder / "migrations/versions/r2.py"
    write_revision(users, 2, f"{COUNT})")
    back = COUNT.replace("+", "-") + ")"
    path.write_text(path.read_text().replace("    pass", f"    {back}"))
    users.invoke("db", "upgrade")
    users.invoke("db", "downgrade")
    assert counts(database) == list(range(ROWS))


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG, MYSQL, MARIADB], ids=str)
def test_a_locked_row(users: Project, database: Database) -> None:
    """A batch that meets a row which somebody else holds gives way, and is tried again."""
    write_revision(users, 2, f"{COUNT}, batch=1000)")
    with database.engine() as engine, engine.connect() as other:
        other.execute(text("UPDATE users SET count = count + 50 WHERE id = 6000"))
        upgrade = start_upgrade(users)
        assert upgrade.stderr is not None
        assert "No lock yet, trying again: UPDATE users" in upgrade.stderr.readline()
        other.commit()
        upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0
    assert counts(database) == [n + (51 if n == 2000 else 1) for n in range(ROWS)]


def test_it_waits_when_asked(users: Project, database: Database) -> None:
    """A function of the application holds it back; it is asked before each batch."""
    users.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        "asked = []\n"
        "def throttle():\n"
        "    asked.append(1)\n"
        "    return len(asked) in (2, 3)\n"
        "app.config['GODWIT_BACKFILL_THROTTLE'] = throttle\n"
        "app.config['GODWIT_BACKFILL_MAX_BUSY_SESSIONS'] = 50\n"
        "db = SQLAlchemy(app)",
    )
    body = f"{COUNT}, batch=1000, pause=0)\nimport app\nassert len(app.asked) == 6"
    write_revision(users, 2, body)
    users.invoke("db", "upgrade")
    assert counts(database) == [n + 1 for n in range(ROWS)]


@pytest.mark.requires("create_database")
def test_a_server_that_is_far_away(users: Project, database: Database) -> None:
    """Batches grow all the same: it is the way there that takes its time, not their rows."""
    users.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        "asked = []\n"
        "app.config['GODWIT_BACKFILL_THROTTLE'] = lambda: asked.append(1)\n"
        "app.config['GODWIT_BACKFILL_BATCH_SECONDS'] = 0.05\n"
        "db = SQLAlchemy(app)",
    )
    write_revision(users, 2, f"{COUNT})\nimport app\nassert len(app.asked) < 20, len(app.asked)")
    with closing(Network(database, seconds=0.02)) as network:
        users.invoke("db", "upgrade", DATABASE_URL=network.through)
    assert counts(database) == [n + 1 for n in range(ROWS)]


def test_a_plan_of_it(users: Project, database: Database) -> None:
    """A plan changes nothing, and knows the UPDATE also where its column is not there yet."""
    write_revision(users, 2, ADDED)
    told = users.invoke("db", "plan").stdout
    assert "UPDATE users SET" in told.replace("`", "").replace('"', "")
    assert counts(database) == list(range(ROWS))


CASCADE = """
op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")))
op.execute("INSERT INTO parent VALUES (1, 1)")
op.execute("INSERT INTO child VALUES (1, 1)")
"""
REBUILT = """
with op.batch_alter_table("parent", recreate="always") as batch:
    batch.add_column(sa.Column("{}", sa.Integer))
"""


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_between_two_rebuilds(project: Project, database: Database) -> None:
    """On SQLite the foreign keys are off for each rebuild, and on for the rows in between."""
    project.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        "from sqlalchemy import Engine, event\n"
        "@event.listens_for(Engine, 'connect')\n"
        "def enforce(connection, record):\n"
        "    connection.execute('PRAGMA foreign_keys = ON')\n"
        "db = SQLAlchemy(app)",
    )
    fill = 'op.backfill("parent", {"n": sa.text("n + 1")})\n'
    body = REBUILT.format("one") + fill + REBUILT.format("two") + fill
    write_revisions(project, CASCADE, body)
    project.flask("db", "upgrade")  # a process of its own: the listener is for every engine
    assert rows(database, "SELECT id, n FROM parent") == [(1, 3)]
    assert rows(database, "SELECT id FROM child") == [(1,)]


def test_imported_by_its_name(
    make_project: Callable[..., Project], sqlite_database: Database
) -> None:
    """A file may import a directive from ``alembic.op`` as it does Alembic's own."""
    project = make_project(sqlite_database)
    write_revisions(project, TABLE)
    revision = "migrations/versions/r1.py"
    project.replace(revision, "from alembic import op", "from alembic import op\n" + IMPORTED)
    assert "r1" in project.flask("db", "history").stdout  # which has no use for directives
    project.flask("db", "upgrade")
    assert len(counts(sqlite_database)) == ROWS


IMPORTED = "from alembic.op import add_column, backfill"


def test_in_another_tool_of_alembic(database: Database) -> None:
    """``import flask_godwit.operations`` is enough; there it is one transaction."""
    import flask_godwit.operations  # noqa: F401

    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE users (id INTEGER PRIMARY KEY, count INTEGER)"))
        connection.execute(text("INSERT INTO users VALUES (1, 1), (2, 2), (3, 3)"))
        operations = Operations(MigrationContext.configure(connection))
        operations.backfill("users", {"count": text("count + 1")}, batch=2)  # type: ignore[attr-defined]
    assert counts(database) == [2, 3, 4]


def counts(database: Database) -> list[int]:
    return [count for (count,) in rows(database, "SELECT count FROM users ORDER BY id")]


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.engine() as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def half_done(project: Project) -> list[Any]:
    (target,) = json.loads(project.invoke("db", "status", "--json").stdout)["targets"]
    found: list[Any] = target["half_applied"]
    return found


def wait_until_it_works(database: Database) -> None:
    """Until a batch is committed that was not before."""
    wait_until(database, "SELECT sum(count) FROM users")


def wait_until(database: Database, query: str) -> None:
    """Until a query answers something else."""
    before = rows(database, query) if "lower" not in query else [(0,)]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.02)
        with suppress(DBAPIError):  # the column comes later
            if rows(database, query) != before:
                return
    raise AssertionError("it does not begin")
