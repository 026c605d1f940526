"""MySQL, MariaDB: what only a copy of the table does, while others go on writing to it."""

from __future__ import annotations

import random
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from tests.databases import MARIADB, MYSQL, Database
from tests.engine.revisions import start_upgrade, write_revision, write_revisions
from tests.online.asking import execute, rows
from tests.projects import Project

pytestmark = pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)

ROWS = 4000
TABLES = f"""
op.create_table("team", sa.Column("id", sa.Integer, primary_key=True))
op.bulk_insert(sa.table("team", sa.column("id")), [{{"id": n}} for n in range(1, 101)])
for name in ("item", "mirror"):
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(40), unique=True),
        sa.Column("team_id", sa.Integer),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], f"fk_{{name}}"),
        sa.Column("qty", sa.Integer, nullable=False, server_default="3", comment="how many"),
        sa.Column("twice", sa.Integer, sa.Computed("qty * 2", persisted=False)),
    )
    items = sa.table(name, sa.column("id"), sa.column("code"), sa.column("team_id"))
    every = [
        {{"id": n, "code": f"n{{n}}", "team_id": n % 100 + 1}} for n in range(1, {ROWS + 1})
    ]
    op.bulk_insert(items, every)
op.execute("ANALYZE TABLE item")
"""
COPIES = """
with op.batch_alter_table("item") as batch:
    batch.alter_column("qty", type_=sa.BigInteger, existing_type=sa.Integer)
    batch.create_check_constraint("ck_qty", "qty >= 0")
op.create_table("late", sa.Column("id", sa.Integer))
"""
LEFT = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = database() AND table_name LIKE '%godwit\\_new'
       OR table_schema = database() AND table_name LIKE '%godwit\\_old'
    UNION SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database()
"""
SAME = """
    SELECT count(*) FROM item JOIN mirror USING (id)
    WHERE item.code <=> mirror.code AND item.qty = mirror.qty AND item.twice = mirror.twice
      AND item.team_id <=> mirror.team_id
"""


@pytest.fixture
def large(project: Project) -> Project:
    project.environment["FLASK_GODWIT_SMALL_TABLE_ROWS"] = "1000"
    project.replace(
        "app.py", "db = SQLAlchemy(app)", "app.config.from_prefixed_env()\ndb = SQLAlchemy(app)"
    )
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    write_revision(project, 2, COPIES)
    return project


def some_statement(dice: random.Random, seed: int, turn: int) -> str:
    """One that writes to a table, which is to be put into it."""
    one, first = dice.randint(1, ROWS), 10**6 * seed
    new, late = first + turn, first + dice.randint(0, turn)
    return dice.choice(
        (
            f"INSERT INTO {{}} (id, code) VALUES ({new}, 'w{seed}-{turn}')",
            f"UPDATE {{}} SET qty = qty + 1 WHERE id BETWEEN {one} AND {one + 5}",
            f"UPDATE {{}} SET code = 'u{seed}-{turn}' WHERE id = {one}",
            f"UPDATE {{}} SET id = {new} WHERE id = {one}",
            f"UPDATE IGNORE {{}} SET id = {one} WHERE id = {late}",
            f"UPDATE IGNORE {{}} SET code = 'n{one}' WHERE id = {late}",
            f"UPDATE IGNORE {{}} SET team_id = 1000 WHERE id = {one}",
            f"DELETE FROM {{}} WHERE id = {one}",
            f"DELETE FROM {{}} WHERE id BETWEEN {late} AND {late + 1}",
            f"REPLACE INTO {{}} (id, code, qty) VALUES ({one}, 'r{seed}-{turn}', 7)",
            f"REPLACE INTO {{}} (id, code, qty) VALUES ({late}, 'n{one}', 7)",
            f"INSERT IGNORE INTO {{}} (id, code) VALUES ({late}, 'n{one}')",
            f"INSERT INTO {{}} (id) VALUES ({one}) ON DUPLICATE KEY UPDATE qty = qty + 5",
        )
    )


@contextmanager
def writers(
    database: Database,
    number: int,
    statement_of: Callable[[random.Random, int, int], str] = some_statement,
) -> Iterator[list[str]]:
    """Several who write in every way, the same in both tables; [their errors]."""
    over, errors = threading.Event(), list[str]()

    def work(connection: Connection, seed: int) -> None:
        dice = random.Random(seed)
        for turn in range(10**6):
            if over.is_set():
                return
            statement = statement_of(dice, seed, turn)
            try:
                with connection.begin():
                    # Whoever has the row of the one has that of the other.
                    for table in ("mirror", "item"):
                        connection.execute(text(statement.format(table)))
            except (OperationalError, IntegrityError) as error:
                if not (isinstance(error, IntegrityError) and table == "mirror"):
                    errors.append(f"{error.orig} {statement}")

    with database.engine() as engine:
        connections = [engine.connect() for _ in range(number)]
        threads = [
            threading.Thread(target=work, args=(connection, seed))
            for seed, connection in enumerate(connections, start=1)
        ]
        for thread in threads:
            thread.start()
        try:
            yield errors
        finally:
            over.set()
            for thread in threads:
                thread.join()
            for connection in connections:
                connection.close()


def test_while_others_write(large: Project, database: Database) -> None:
    """Every row is in the copy as the others left it, and nothing of the copying remains."""
    execute(database, "CREATE TABLE late (id int)")
    with writers(database, 3) as errors:
        told = large.invoke("db", "upgrade", check=False)
    assert told.code == 1
    assert told.stdout.count("by a copy that takes its place") == 2, told.stderr
    execute(database, "DROP TABLE late")
    assert "by a copy" not in large.invoke("db", "upgrade").stdout  # not a second time
    created = str(rows(database, "SHOW CREATE TABLE item")[0][1])
    assert re.search(r"`qty` bigint.* NOT NULL DEFAULT '?3'? COMMENT 'how many'", created)
    assert "CONSTRAINT `ck_qty` CHECK" in created
    assert re.search(r"CONSTRAINT `fk_item` FOREIGN KEY", created)
    assert "_godwit" not in created
    assert rows(database, "SELECT count(*) FROM item") == rows(
        database, "SELECT count(*) FROM mirror"
    )
    assert rows(database, SAME) == rows(database, "SELECT count(*) FROM mirror")
    assert rows(database, LEFT) == []
    assert all("Deadlock" in error for error in errors), errors  # of writers among themselves


@pytest.mark.parametrize("table", ["_item_godwit_new", "_item_godwit_old"])
def test_killed(large: Project, database: Database, table: str) -> None:
    """While it copies, and when the copy has just taken the table's place: the next run removes
    what is left, and finishes.
    """
    large.environment["FLASK_GODWIT_BACKFILL_PAUSE_SECONDS"] = "0.3"
    upgrade = start_upgrade(large)
    with database.engine() as engine, engine.connect() as reader:
        while upgrade.poll() is None and not is_read(reader, table):
            time.sleep(0.002)
        upgrade.kill()
        upgrade.communicate()
    with writers(database, 1):
        large.environment["FLASK_GODWIT_BACKFILL_PAUSE_SECONDS"] = "0"
        large.invoke("db", "upgrade")
    created = str(rows(database, "SHOW CREATE TABLE item")[0][1])
    assert "`qty` bigint" in created
    assert "CONSTRAINT `ck_qty` CHECK" in created
    assert rows(database, SAME) == rows(database, "SELECT count(*) FROM mirror")
    assert rows(database, LEFT) == []


def test_stopped(large: Project, database: Database) -> None:
    """Ctrl-C ends it between two batches, with nothing left; the next run makes the copy."""
    large.environment["FLASK_GODWIT_BACKFILL_PAUSE_SECONDS"] = "0.3"
    upgrade = start_upgrade(large)
    with database.engine() as engine, engine.connect() as reader:
        while upgrade.poll() is None and not is_read(reader, "_item_godwit_new"):
            time.sleep(0.002)
    upgrade.send_signal(signal.SIGINT)
    _, errors = upgrade.communicate(timeout=60)
    assert upgrade.returncode == 130, errors
    assert "Traceback" not in errors
    assert rows(database, LEFT) == []
    large.environment["FLASK_GODWIT_BACKFILL_PAUSE_SECONDS"] = "0"
    large.invoke("db", "upgrade")
    assert "`qty` bigint" in str(rows(database, "SHOW CREATE TABLE item")[0][1])


def is_read(reader: Connection, table: str) -> bool:
    """Whether the table has rows; then the transaction goes on, and keeps it where it is."""
    reader.rollback()
    try:
        return reader.scalar(text(f"SELECT count(*) FROM {table}")) > 0
    except (ProgrammingError, OperationalError):
        return False


def test_where_it_cannot(large: Project, database: Database) -> None:
    """Then it is refused before anything runs, which says why."""
    large.environment["FLASK_GODWIT_ENFORCE_SECONDS"] = "0"
    large.replace(
        "migrations/versions/r2.py",
        'batch.create_check_constraint("ck_qty", "qty >= 0")',
        'batch.create_index("ix_qty", ["qty"])',
    )
    execute(database, "CREATE TRIGGER seen AFTER INSERT ON item FOR EACH ROW SET @seen = 1")
    refused = large.invoke("db", "upgrade", check=False)
    assert refused.code == 1
    assert "It is not copied while others write: the table has a trigger." in refused.stderr
    execute(database, "DROP TRIGGER seen")
    plan = large.invoke("db", "plan").stdout
    assert "COPY, while others write" in plan
    assert "column-change-copies" not in plan
    script = large.invoke("db", "plan", "--sql").stdout
    assert script.count("-- flask db upgrade copies the table") == 1
    large.invoke("db", "upgrade")
