"""A migration that gets no lock steps aside, lets the traffic through and tries again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text

from flask_godwit.dialects import dialect_for, mysql_limits
from flask_godwit.dialects.guard import Sent
from flask_godwit.retry import Limits
from tests.databases import MARIADB, MYSQL, POSTGRESQL, PSYCOPG, SQLITE, Database
from tests.engine.revisions import start_upgrade, write_revisions
from tests.projects import Project

SERVERS = [POSTGRESQL, PSYCOPG, MYSQL, MARIADB]
FIRST = 'op.create_table("busy", sa.Column("id", sa.Integer))'
SECOND = 'op.add_column("busy", sa.Column("note", sa.String(20)))'


@pytest.mark.parametrize("database_kind", SERVERS, ids=str)
def test_an_idle_reader_does_not_stop_the_traffic(project: Project, database: Database) -> None:
    """While ADD COLUMN waits for a reader's end, other readers are served; then it succeeds."""
    write_revisions(project, FIRST)
    project.invoke("db", "upgrade")
    write_revisions(project, FIRST, SECOND)
    with database.engine() as engine, measured_reads(engine) as taken, reader(engine) as leave:
        upgrade = start_upgrade(project)
        told, blocker = read_lines(upgrade, 2)
        time.sleep(2)
        leave()
        upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0
    assert "No lock yet, trying again: ALTER TABLE busy ADD COLUMN" in told
    assert "held by session" in blocker
    # Without limits they would wait as long as the reader; MySQL's own counts whole seconds.
    assert max(taken) < 1.9


@pytest.mark.parametrize("database_kind", SERVERS, ids=str)
def test_the_budget_ends(project: Project, database: Database) -> None:
    """When the time for trying is over the revision fails clearly; the next upgrade succeeds."""
    write_revisions(project, FIRST)
    project.invoke("db", "upgrade")
    write_revisions(project, FIRST, SECOND)
    project.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        'app.config["GODWIT_RETRY_SECONDS"] = 1\ndb = SQLAlchemy(app)',
    )
    with database.engine() as engine, reader(engine):
        answer = project.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "ALTER TABLE busy ADD COLUMN" in answer.stderr
    assert "held by session" in answer.stderr
    assert "-> flask db upgrade --retry 3600" in answer.stderr
    project.invoke("db", "upgrade")


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)
def test_a_revision_is_tried_again_as_a_whole(project: Project, database: Database) -> None:
    """On PostgreSQL its first statements are rolled back with it: every row is there once."""
    write_revisions(project, FIRST)
    project.invoke("db", "upgrade")
    second = f'op.execute("INSERT INTO busy2 VALUES (1)")\n{SECOND}'
    create = 'op.create_table("busy2", sa.Column("id", sa.Integer))'
    write_revisions(project, FIRST, f"{create}\n{second}")
    with database.engine() as engine, reader(engine) as leave:
        upgrade = start_upgrade(project)
        read_lines(upgrade, 1)
        leave()
        upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0
    with database.engine() as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM busy2")) == 1


@pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)
def test_rows_that_others_change(project: Project, database: Database) -> None:
    """The revision lets go of its rows and is tried again by the journal, each change made once."""
    rows = 'op.execute("INSERT INTO busy (id, n) VALUES (1, 0), (2, 0), (3, 0), (4, 0)")'
    create = """op.create_table(
        "busy", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer)
    )"""
    changes = [f'op.execute("UPDATE busy SET n = n + 1 WHERE id = {n}")' for n in (1, 2)]
    made = 'op.create_table("made", sa.Column("id", sa.Integer))'
    write_revisions(project, f"{create}\n{rows}")
    project.invoke("db", "upgrade")
    write_revisions(project, f"{create}\n{rows}", "\n".join([made, *changes]))
    with database.engine() as engine, engine.connect() as other:
        other.execute(text("UPDATE busy SET n = n + 10 WHERE id > 1"))
        upgrade = start_upgrade(project)
        told, blocker = read_lines(upgrade, 2)
        # The other way round: a deadlock, if the migration waits for them right now.
        other.execute(text("UPDATE busy SET n = n + 10 WHERE id = 1"))
        other.commit()
        upgrade.communicate(timeout=60)
        assert upgrade.returncode == 0
        assert "No lock yet, trying again: UPDATE busy" in told
        assert "held by session" in blocker
        assert list(other.scalars(text("SELECT n FROM busy ORDER BY id"))) == [11, 11, 10, 10]


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
@pytest.mark.parametrize(
    ("used_by", "told_of"),
    [("INSERT INTO busy VALUES (1)", "BEGIN IMMEDIATE"), ("SELECT * FROM busy", "COMMIT")],
    ids=["writer", "reader"],
)
def test_a_file_that_others_use(
    project: Project, database: Database, used_by: str, told_of: str
) -> None:
    """A writer is waited for; behind a reader the transaction steps aside for new readers."""
    write_revisions(project, FIRST)
    project.invoke("db", "upgrade")
    write_revisions(project, FIRST, SECOND)
    with database.engine() as engine, engine.connect() as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("SELECT count(*) FROM busy").all()
        other.exec_driver_sql(used_by)
        upgrade = start_upgrade(project)
        told, *held = read_lines(upgrade, 2 if sys.platform == "linux" else 1)
        for _ in range(3):
            with engine.connect() as reader_too:
                reader_too.execute(text("SELECT * FROM busy"))
        other.rollback()
        upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0
    assert f"No lock yet, trying again: {told_of}" in told
    assert all(f"held by process {os.getpid()}" in line for line in held)


@pytest.mark.parametrize("database_kind", [MARIADB], ids=str)
@pytest.mark.parametrize("is_held", [True, False], ids=["held", "only busy"])
def test_who_waits_behind_a_statement(
    database: Database, is_held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody while somebody may hold the table for long, which is not seen at once; a table that is
    only busy is waited for in the end, for a second at a time.
    """
    now, waits = [0.0], {}
    # Other tests run on this server, and their transactions may be open for long.
    here = "SELECT id FROM information_schema.processlist WHERE db = database()"
    ours = f"{mysql_limits.LONG_TRANSACTIONS} AND trx_mysql_thread_id IN ({here})"
    monkeypatch.setattr(mysql_limits, "LONG_TRANSACTIONS", ours)

    def sleep(seconds: float) -> None:
        now[0] += seconds

    limits = Limits(0.2, 60, clock=lambda: now[0], sleep=sleep)
    with database.engine() as engine, engine.connect() as connection:
        connection.execute(text("CREATE TABLE busy (id INT)"))
        guard = dialect_for(engine.url, connection.dialect).lock_limit(connection, limits)

        def refused() -> None:
            waits[now[0]] = connection.scalar(text("SELECT @@lock_wait_timeout"))
            if now[0] < 10:
                raise connection.dialect.loaded_dbapi.OperationalError(1205, "Lock wait timeout")

        with guard.run(), reader(engine) as leave:
            if not is_held:
                leave()
            # The server counts whole seconds, and says for a moment what it said last.
            time.sleep(2.1 if is_held else 0.2)
            guard.statement(Sent(None, "ALTER TABLE busy ADD note INT", None, None), refused)
    assert {wait for at, wait in waits.items() if at <= 3} == {0}, waits
    assert {wait for at, wait in waits.items() if at > 5} == ({0} if is_held else {1}), waits


def test_pauses_grow_and_are_told_now_and_then() -> None:
    """A budget of 60 seconds: short pauses first, five seconds at most, told every five."""
    now = [0.0]
    pauses: list[float] = []
    told: list[str] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    limits = Limits(0.3, 60, lambda what, who: told.append(what), lambda: now[0], sleep)
    attempts = limits.attempts()
    while not attempts.spent:
        attempts.step_aside("ALTER  TABLE\n t", lambda: ())
    assert pauses[0] <= 0.1
    assert 1 < max(pauses) <= 5
    assert set(told) == {"ALTER TABLE t"}
    assert 8 <= len(told) <= 13


@contextmanager
def reader(engine: Engine) -> Iterator[Callable[[], None]]:
    """Somebody who reads, and then does nothing in the open transaction until told to leave."""
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM busy"))
        yield connection.rollback


def read_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stderr is not None
    return [process.stderr.readline() for _ in range(count)]


@contextmanager
def measured_reads(engine: Engine) -> Iterator[list[float]]:
    """An application that reads all the time; how many seconds each read took."""
    taken: list[float] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.05):
            began = time.monotonic()
            with engine.connect() as connection:
                connection.execute(text("SELECT id FROM busy"))
            taken.append(time.monotonic() - began)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()
