"""A connection that is lost in the middle: the run makes a new one, looks, and goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from tests.databases import Database
from tests.engine.revisions import start_upgrade, tables, write_revisions
from tests.projects import Project
from tests.servers import Server

pytestmark = pytest.mark.requires("create_database")

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer))'
# Ends a session of the migration from another connection, now or in a moment; once.
CUT = """

import pathlib
import threading

import sqlalchemy as sa


def cut(connection, after=0.0):
    marker = pathlib.Path("cut")
    if marker.exists():
        return False
    marker.touch()
    postgresql = connection.dialect.name == "postgresql"
    number = connection.scalar(
        sa.text("SELECT " + ("pg_backend_pid()" if postgresql else "connection_id()"))
    )
    end = f"SELECT pg_terminate_backend({number})" if postgresql else f"KILL {number}"
    threading.Timer(after, execute, [end]).start() if after else execute(end)
    return True


def execute(statement):
    other = sa.create_engine(os.environ["DATABASE_URL"], poolclass=sa.NullPool)
    with other.connect() as killer:
        killer.execute(sa.text(statement))
"""
SECOND = """
from app import cut
op.create_table("second", sa.Column("id", sa.Integer))
op.execute("INSERT INTO second VALUES (1)")
cut(op.get_bind())
op.execute("INSERT INTO second VALUES (2)")
op.create_table("third", sa.Column("id", sa.Integer))
"""
THIRD = 'op.create_table("fourth", sa.Column("id", sa.Integer))'
ALL = ["alembic_version", "first", "fourth", "second", "third"]


# The network is gone for us alone: the server goes on with the statement.
HANG_UP = """

import contextlib
import socket


def hang_up(after):
    marker = pathlib.Path("cut")
    if marker.exists():
        return False
    marker.touch()
    threading.Timer(after, shut_all).start()
    return True


def shut_all():
    port = sa.make_url(os.environ["DATABASE_URL"]).port
    for number in map(int, os.listdir("/dev/fd")):
        try:
            found = socket.socket(fileno=number)
        except OSError:  # no socket
            continue
        with contextlib.suppress(OSError):  # of a socket that is connected to nobody
            if found.getpeername()[1:2] == (port,):
                found.shutdown(socket.SHUT_RDWR)
        found.detach()
"""
SLEEPER = """
from app import hang_up
op.execute("UPDATE first SET id = id + 1")
if hang_up(0.5):
    op.execute("{sleep}")
"""


@pytest.fixture
def cuttable(project: Project) -> Project:
    with (project.folder / "app.py").open("a") as app:
        app.write(CUT)
    return project


def rows(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT id FROM second ORDER BY id")))


def test_a_session_that_the_server_has_not_lost(cuttable: Project, database: Database) -> None:
    """It is ended, as it would hold its locks to the end of its statement."""
    with (cuttable.folder / "app.py").open("a") as app:
        app.write(HANG_UP)
    is_postgresql = database.dialect == "postgresql"
    sleep = "SELECT pg_sleep(300)" if is_postgresql else "SELECT sleep(300)"
    first = f'{FIRST}\nop.execute("INSERT INTO first VALUES (1)")'
    write_revisions(cuttable, first, SLEEPER.format(sleep=sleep))
    answer = cuttable.invoke("db", "upgrade")
    assert "The connection was lost, trying again." in answer.stderr
    with database.engine() as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT id FROM first")) == 2


def test_goes_on(cuttable: Project, database: Database) -> None:
    """In the same run, and every statement is done once."""
    write_revisions(cuttable, FIRST, SECOND, THIRD)
    answer = cuttable.invoke("db", "upgrade")
    assert "The connection was lost, trying again." in answer.stderr
    assert "3 applied" in answer.stdout
    with database.engine() as engine:
        assert tables(engine) == ALL
        assert rows(engine) == [1, 2]
    log = cuttable.invoke("db", "log").stdout
    assert "failed" not in log, log


def test_relative_steps_are_counted_from_the_start(cuttable: Project, database: Database) -> None:
    """`upgrade +2` applies two revisions, wherever the connection is lost."""
    write_revisions(cuttable, FIRST, SECOND, THIRD)
    assert "2 applied" in cuttable.invoke("db", "upgrade", "+2").stdout
    assert "r2" in cuttable.invoke("db", "current").stdout


SLEEPS = {"postgresql": "SELECT pg_sleep(20)", "mysql": "SELECT sleep(20)"}


def test_in_the_middle_of_a_statement(cuttable: Project, database: Database) -> None:
    """The server ends the session while it works."""
    sleep = SLEEPS["postgresql" if database.dialect == "postgresql" else "mysql"]
    body = SECOND.replace(
        "cut(op.get_bind())", f'if cut(op.get_bind(), after=0.7): op.execute("{sleep}")'
    )
    write_revisions(cuttable, FIRST, body, THIRD)
    answer = cuttable.invoke("db", "upgrade")
    assert "3 applied" in answer.stdout
    with database.engine() as engine:
        assert rows(engine) == [1, 2]


def test_without_a_budget(cuttable: Project, database: Database) -> None:
    """`--retry 0` gives up at once, with the typed error; the next run finishes."""
    write_revisions(cuttable, FIRST, SECOND, THIRD)
    answer = cuttable.invoke("db", "upgrade", "--retry", "0", check=False)
    assert answer.code == 1
    assert "The upgrade of revision r2 failed: The connection to the database was lost." in (
        answer.stderr
    )
    assert "-> Nothing is lost" in answer.stderr
    cuttable.invoke("db", "upgrade")
    with database.engine() as engine:
        assert tables(engine) == ALL
        assert rows(engine) == [1, 2]


def test_not_where_something_else_was_committed(cuttable: Project, database: Database) -> None:
    """What a revision commits through another connection would be done twice."""
    session = "from app import db\ndb.session.execute(sa.text('SELECT 1')); db.session.commit()\n"
    write_revisions(cuttable, FIRST, session + SECOND, THIRD)
    answer = cuttable.invoke("db", "upgrade", check=False)
    assert answer.code == 1
    assert "The connection to the database was lost." in answer.stderr
    assert "trying again" not in answer.stderr


WAITS = """
import pathlib, time
op.create_table("second", sa.Column("id", sa.Integer))
op.execute("INSERT INTO second VALUES (1)")
pathlib.Path("begun").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.05)
op.execute("INSERT INTO second VALUES (2)")
op.create_table("third", sa.Column("id", sa.Integer))
"""


def test_a_server_that_is_killed(durable_server: Server, tmp_path: Path) -> None:
    """It is waited for until it is there again; without patience the next run finishes."""
    url = make_url(durable_server.url).set(database="lost")
    admin = create_engine(durable_server.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE lost"))
    project = Project(tmp_path / "project", url.render_as_string(hide_password=False))
    write_revisions(project, FIRST, WAITS, THIRD)
    upgrade = start_upgrade(project)
    wait_for(project.folder / "begun")
    durable_server.kill()
    (project.folder / "go").touch()
    time.sleep(1)
    durable_server.start()
    out, errors = upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0, errors
    assert "The connection was lost, trying again." in errors
    assert "3 applied" in out
    engine = create_engine(url, poolclass=NullPool)
    assert tables(engine) == ALL
    assert rows(engine) == [1, 2]


def test_a_server_that_stays_away(durable_server: Server, tmp_path: Path) -> None:
    """When the budget is spent the error says what happened; nothing is lost."""
    url = make_url(durable_server.url).set(database="away")
    admin = create_engine(durable_server.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE away"))
    project = Project(tmp_path / "project", url.render_as_string(hide_password=False))
    write_revisions(project, FIRST, WAITS, THIRD)
    upgrade = start_upgrade(project, "--retry", "1")
    wait_for(project.folder / "begun")
    durable_server.stop()
    (project.folder / "go").touch()
    _, errors = upgrade.communicate(timeout=60)
    assert upgrade.returncode == 1, errors
    assert "The connection to the database was lost." in errors
    assert "Traceback" not in errors
    durable_server.start()
    project.invoke("db", "upgrade")
    engine = create_engine(url, poolclass=NullPool)
    assert tables(engine) == ALL
    assert rows(engine) == [1, 2]


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.02)
