"""``op.backfill(…, later=True)`` and ``flask db backfill``: while the application runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from tests.databases import MARIADB, MYSQL, POSTGRESQL, PSYCOPG, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.operations.test_backfill import ROWS, TABLE, counts, rows, wait_until
from tests.projects import Project

COUNT = 'op.backfill("users", {"count": sa.text("count + 1")}, later=True'
NEEDED = 'op.require_backfill("users")\nop.add_column("users", sa.Column("more", sa.Integer))'


@pytest.fixture
def users(project: Project) -> Project:
    """A project whose database has a table that is not small."""
    project.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        "app.config['GODWIT_SMALL_TABLE_ROWS'] = 500\ndb = SQLAlchemy(app)",
    )
    write_revisions(project, TABLE)
    project.invoke("db", "upgrade")
    return project


def test_a_life(users: Project, database: Database) -> None:
    """Noted by upgrade, waited for by a later revision, killed, gone on with: every row once."""
    write_revision(users, 2, f"{COUNT}, batch=50, pause=0.05)")
    write_revision(users, 3, NEEDED)
    planned = users.invoke("db", "plan", "r2").stdout
    assert "INSERT INTO godwit_backfills" in planned.replace("`", "").replace('"', "")
    assert "0 hazards" in users.invoke("db", "lint", "r1:r2", check=False).stdout
    answer = users.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "backfill of users is left for later: flask db backfill" in answer.stdout
    assert "The backfill of users is not done, which revision r2 left" in answer.stderr
    assert "flask db backfill    does it" in answer.stderr
    assert counts(database) == list(range(ROWS))
    process = start_backfill(users)
    wait_until(database, "SELECT sum(count) FROM users")
    time.sleep(0.4)
    process.kill()
    process.communicate()
    (due,) = due_in(users)
    assert due == {
        "bind": "",
        "revision": "r2",
        "table": "users",
        "rows": due["rows"],
        "seen": due["rows"],
    }
    assert 0 < due["rows"] < ROWS
    assert (
        f"backfill of users, left by r2: {due['rows']:,} rows so far" in users.invoke("db").stdout
    )
    (done,) = json.loads(users.invoke("db", "backfill", "--json", "r2").stdout)
    assert done["rows"] == ROWS
    assert counts(database) == [n + 1 for n in range(ROWS)]
    assert due_in(users) == []
    assert users.invoke("db", "backfill").stdout == "Nothing to do: no backfill is due.\n"
    users.invoke("db", "upgrade")
    assert counts(database) == [n + 1 for n in range(ROWS)]


def test_one_transaction_over_all_revisions(users: Project, database: Database) -> None:
    """What is left for later is due once all revisions are there, and each row changes once."""
    users.invoke("db", "init", "--with-env", check=False)
    users.replace("app.py", "Migrate(app, db)", "Migrate(app, db, transaction_per_migration=False)")
    write_revision(users, 2, f"{COUNT}, batch=100)")
    write_revision(users, 3, 'op.execute("SELECT nothing FROM nowhere")')
    failed = users.invoke("db", "upgrade", check=False)
    assert failed.code == 1
    write_revision(users, 3, 'op.execute("UPDATE users SET count = count + 10")')
    answer = users.invoke("db", "upgrade")
    # MySQL and MariaDB commit with the schema: there the first run came to keep it.
    kept = database.dialect in ("mysql", "mariadb")
    assert "left for later" in (failed if kept else answer).stdout
    assert counts(database) == [n + 10 for n in range(ROWS)]
    assert [due["revision"] for due in due_in(users)] == ["r2"]
    (done,) = json.loads(users.invoke("db", "backfill", "--json").stdout)
    assert done["rows"] == ROWS
    assert counts(database) == [n + 11 for n in range(ROWS)]
    assert due_in(users) == []
    write_revision(users, 4, f"{COUNT})")
    write_revision(users, 5, NEEDED)
    assert "which revision r4 left" in users.invoke("db", "upgrade", check=False).stderr


EXPRESSIONS = r"""
import datetime, decimal
model = sa.Table("users", sa.MetaData(), sa.Column("id", sa.Integer),
                 sa.Column("count", sa.Integer))
op.create_table("names", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(50)))
op.execute("INSERT INTO names VALUES (3, 'three')")
op.add_column("users", sa.Column("day", sa.Date))
op.add_column("users", sa.Column("price", sa.Numeric(8, 2)))
op.add_column("users", sa.Column("data", sa.JSON))
op.add_column("users", sa.Column("other", sa.String(50)))
names = sa.table("names", sa.column("id"), sa.column("name"))
op.backfill(model, {
    "name": "it's 100%: \\a\\:b",
    model.c.count: model.c.count * 2 + 100 % 7,
    "day": datetime.date(2020, 2, 29),
    "price": decimal.Decimal("1.25"),
    "data": {"a": ["ü"]},
    "other": sa.select(names.c.name).where(names.c.id == model.c.id).scalar_subquery(),
}, sa.and_(model.c.count < 4, model.c.id.in_([3, 6])), later=True, check=False)
op.backfill("users", {"count": sa.text("count + 1000")}, "name LIKE 'N5%' AND name <> 'a:b'",
            until=15, later=True)
"""


def test_what_can_be_written_down(users: Project, database: Database) -> None:
    """Literals, expressions, subqueries and SQL are the same when they are read again."""
    write_revision(users, 2, EXPRESSIONS)
    users.invoke("db", "upgrade")
    (users.folder / "migrations/versions/r2.py").rename(users.folder / "r2.txt")
    users.invoke("db", "backfill")
    query = "SELECT id, name, count, day, price, data, other FROM users ORDER BY id"
    found = rows(database, f"{query} LIMIT 6")
    assert [row[2] for row in found] == [0, 4, 6, 3, 4, 1005]
    name, _count, day, price, data, other = found[1][1:]
    assert name == "it's 100%: \\a\\:b"
    assert (str(day), str(price)) == ("2020-02-29", "1.25")
    assert data in ({"a": ["ü"]}, '{"a": ["\\u00fc"]}', '{"a": ["ü"]}')
    assert (other, found[2][6]) == ("three", None)


def test_where_it_is_not_needed(users: Project, database: Database) -> None:
    """A small table is changed at once; nothing is due of a revision that was reverted."""
    small = 'op.execute("DELETE FROM users WHERE id > 300")\n'
    write_revision(users, 2, f"{COUNT})")
    users.invoke("db", "upgrade")
    users.invoke("db", "downgrade")
    assert due_in(users) == []
    write_revision(users, 2, f"{small}")
    write_revision(users, 3, f"{COUNT})")
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("DELETE FROM users WHERE id > 300"))
    if database.kind in (POSTGRESQL, PSYCOPG, MYSQL, MARIADB):
        analyze = "ANALYZE" if database.kind in (POSTGRESQL, PSYCOPG) else "ANALYZE TABLE"
        with database.engine() as engine, engine.connect() as connection:
            connection.execute(text(f"{analyze} users"))
            connection.commit()
    users.invoke("db", "upgrade")
    assert due_in(users) == []
    assert counts(database) == [n + 1 for n in range(101)]


def test_offline(users: Project, database: Database) -> None:
    """A script leaves it for later as a run does: ``flask db backfill`` finds it."""
    fill = COUNT.replace("}", """, "name": "o'\\\\n"}""") + ")"
    write_revision(users, 2, fill)
    script = users.invoke("db", "upgrade", "--sql", "r1:r2").stdout
    with database.engine() as engine, engine.connect() as connection:
        for statement in script.split(";\n"):
            lines = [line for line in statement.splitlines() if not line.startswith("--")]
            words = "\n".join(lines).strip()
            if words and words not in ("BEGIN", "COMMIT"):
                connection.exec_driver_sql(words)
        connection.commit()
    users.invoke("db", "backfill", "r2")
    assert rows(database, "SELECT DISTINCT name FROM users") == [("o'\\n",)]
    assert counts(database) == [n + 1 for n in range(ROWS)]


@pytest.mark.parametrize("database_kind", [POSTGRESQL], ids=str)
def test_what_is_refused(users: Project) -> None:
    """What can't be written down, is not known, or is in the way, in words."""
    other = 'sa.table("other", sa.column("a"))'
    write_revision(users, 2, f"{COUNT}, where={other}.c.a == 1)")
    answer = users.invoke("db", "upgrade", check=False)
    assert "can't be written down to be done later" in answer.stderr
    answer = users.invoke("db", "backfill", "r9", check=False)
    assert answer.code == 1
    assert "r9" in answer.stderr
    write_revision(
        users, 2, 'op.backfill("users", {"count": sa.text("1 / (count - 7)")}, later=True)'
    )
    users.invoke("db", "upgrade")
    answer = users.invoke("db", "backfill", check=False)
    assert answer.code == 1
    assert "The backfill of users stopped: division by zero" in answer.stderr
    assert "flask db backfill    goes on" in answer.stderr


def due_in(project: Project) -> list[dict[str, object]]:
    (target,) = json.loads(project.invoke("db", "status", "--json").stdout)["targets"]
    found: list[dict[str, object]] = target["due"]
    return found


def start_backfill(project: Project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "db", "backfill"],
        cwd=project.folder,
        env={**os.environ, "DATABASE_URL": project.database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
