"""Two migrations of one database at the same moment: one works, the other waits."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, QueuePool, inspect

from flask_godwit.dialects import dialect_for
from flask_godwit.dialects.deploy_lock import DeployLock
from flask_godwit.dialects.file_lock import FileLock
from flask_godwit.errors import CannotLock, LockTimeout
from flask_godwit.journal.entries import DONE, Entry
from flask_godwit.journal.store import Store
from flask_godwit.lock import DeployLocks, Patience, wait_for
from flask_godwit.values import Target
from tests.databases import Database
from tests.engine.revisions import start_upgrade, write_revisions
from tests.online.asking import execute
from tests.projects import Project

VERSION_TABLE = "alembic_version"
TABLES = [f'op.create_table("t{number}", sa.Column("id", sa.Integer))' for number in range(4)]

ENVS = {
    "of ours": "from flask_godwit import run_migrations\n\nrun_migrations()\n",
    "one transaction": """
        import os, pathlib, time
        from alembic import context
        from flask import current_app
        from sqlalchemy import inspect, text

        with current_app.extensions["migrate"].db.engine.connect() as connection:
            transaction = connection.begin()
            if inspect(connection).has_table("t0"):
                connection.execute(text("SELECT * FROM t0"))
            if os.environ.get("SLOW"):
                pathlib.Path("read").touch()
                while not pathlib.Path("go").exists():
                    time.sleep(0.02)
            context.configure(connection=connection)
            context.run_migrations()
            transaction.commit()
    """,
}
"""Some that a folder may bring. A transaction sees what was there when it first read something."""
EXECUTED = """
        with open("executed", "a") as notes:
            notes.write("x")
"""


def lock_of(engine: Engine, *, seconds: float = 1) -> DeployLocks:
    """The lock that ``flask db upgrade`` takes, not taken yet."""
    return DeployLocks((Target("", engine, ()),), VERSION_TABLE, Patience(seconds))


def test_a_crowd_on_an_empty_database(project: Project) -> None:
    """Of six upgrades that start together one applies everything, five succeed after it."""
    write_revisions(project, *TABLES)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: project.flask("db", "upgrade", check=False), range(6)))
    assert [answer.code for answer in answers] == [0] * 6, "\n".join(map(str, answers))
    assert sorted("4 applied" in answer.stdout for answer in answers) == [False] * 5 + [True]
    assert sum("Nothing to do" in answer.stdout for answer in answers) == 5


@pytest.mark.parametrize("env", ["of ours", "one transaction"])
def test_a_crowd_with_an_env_py(project: Project, env: str) -> None:
    """The same where an env.py opens the connections, or holds a transaction over all of it."""
    project.write("migrations/env.py", ENVS[env])
    test_a_crowd_on_an_empty_database(project)


def test_the_second_is_told_for_whom_it_waits(project: Project, database: Database) -> None:
    """A waiting upgrade names the other one on stderr, and goes on when that is done."""
    write_revisions(project, *TABLES)
    with database.engine() as engine:
        with lock_of(engine) as lock:
            lock.acquire()
            upgrade = start_upgrade(project)
            assert upgrade.stderr is not None
            told = upgrade.stderr.readline()
        stdout, _ = upgrade.communicate(timeout=60)
    assert "Waiting for another migration: " in told
    assert ", the database is at base" in told
    assert "since" in told or " for " in told
    assert "4 applied" in stdout


def test_who_waits_is_done_when_the_database_is(project: Project, database: Database) -> None:
    """When somebody else has come to the same end, nobody takes turns to find that out.

    Not before: while a revision is half done, or runs, there is something to wait for.
    """
    write_revisions(project, *TABLES)
    project.invoke("db", "upgrade", "r3")
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        upgrade = start_upgrade(project)
        assert upgrade.stderr is not None
        assert "the database is at r3" in upgrade.stderr.readline()
        note_half_done(engine, "r4", "downgrade")
        project.invoke("db", "stamp", "--no-lock", "r4")
        with pytest.raises(subprocess.TimeoutExpired):
            upgrade.wait(timeout=2)
        forget_half_done(engine)
        stdout, _ = upgrade.communicate(timeout=60)
    assert "Nothing to do: the database is at r4 (head)." in stdout


def note_half_done(engine: Engine, revision: str, direction: str) -> None:
    with engine.begin() as connection:
        store = Store(connection, VERSION_TABLE, None)
        store.create()
        store.add(revision, direction, [Entry(0, "ALTER TABLE t0", "", "", DONE)])


def forget_half_done(engine: Engine) -> None:
    with engine.begin() as connection:
        Store(connection, VERSION_TABLE, None).clear("r4", "downgrade")


def test_waiting_does_not_need_the_write_lock(sqlite_database: Database, make_project) -> None:
    """While a long revision has SQLite's write lock the second one waits; it does not fail."""
    project = make_project(sqlite_database)
    write_revisions(project, *TABLES)
    with sqlite_database.engine() as engine, lock_of(engine) as lock, engine.connect() as writer:
        lock.acquire()
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        answer = project.flask("db", "upgrade", "--lock-wait", "1", check=False)
    assert "Another migration is running" in answer.stderr


def test_no_wait(project: Project, database: Database) -> None:
    """``--no-wait`` fails at once, and says what would help; nothing was changed."""
    write_revisions(project, *TABLES)
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        answer = project.flask("db", "upgrade", "--no-wait", check=False)
        assert answer.code == 1
        assert "Another migration is running" in answer.stderr
        assert "--lock-wait" in answer.stderr
        assert inspect(engine).get_table_names() == []
        project.flask("db", "upgrade", "--no-lock", "r1")
        assert "t0" in inspect(engine).get_table_names()
        if database.kind.server:
            # As where the network has lost the holder, and the server does not know yet.
            (line,) = [line for line in answer.stderr.splitlines() if "ends that session" in line]
            with engine.connect() as connection:
                connection.exec_driver_sql(line.partition("    ends")[0].strip())
            project.flask("db", "upgrade", "--no-wait")
            assert "t3" in inspect(engine).get_table_names()


def test_no_lock_when_there_is_nothing_to_do(project: Project, database: Database) -> None:
    """At head an upgrade asks nobody: it succeeds although the lock is taken."""
    write_revisions(project, *TABLES)
    project.flask("db", "upgrade")
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        answer = project.flask("db", "upgrade", "--no-wait")
    assert "Nothing to do" in answer.stdout


@pytest.mark.parametrize("env", ENVS)
def test_no_lock_in_an_env_py_where_nothing_is_to_be_done(
    project: Project, database: Database, env: str
) -> None:
    """The same of an env.py; unless its own transaction may not see what is there now."""
    write_revisions(project, *TABLES)
    project.write("migrations/env.py", ENVS[env])
    project.flask("db", "upgrade", "r3")
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        answers = [
            project.flask("db", "upgrade", "--no-wait", revision, check=False)
            for revision in ("r3", "r4")
        ]
    sees = env != "one transaction" or database.dialect == "postgresql"
    assert ("Nothing to do" in answers[0].stdout) is sees, answers[0].stderr
    assert ["Another migration is running" in answer.stderr for answer in answers] == [
        not sees,
        True,
    ]
    project.flask("db", "upgrade")


def test_an_env_py_is_executed_once(project: Project, database: Database) -> None:
    """And once more where another migration was waited for: what it held is free meanwhile."""
    write_revisions(project, *TABLES)
    project.write("migrations/env.py", EXECUTED + ENVS["one transaction"])
    project.flask("db", "upgrade", "r3")
    assert project.read("executed") == "x"
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        upgrade = start_upgrade(project)
        assert upgrade.stderr is not None
        assert "Waiting for another migration: " in upgrade.stderr.readline()
        execute(database, "DROP TABLE t0")
    stdout, _ = upgrade.communicate(timeout=60)
    assert "1 applied" in stdout
    assert project.read("executed") == "xxx"


def test_a_transaction_of_an_env_py_that_began_before(project: Project, database: Database) -> None:
    """What it has read is from before the other one was done: it begins another one."""
    write_revisions(project, *TABLES)
    project.invoke("db", "upgrade", "r3")
    project.write("migrations/env.py", ENVS["one transaction"])
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        upgrade = start_upgrade(project)
        assert upgrade.stderr is not None
        assert "Waiting for another migration: " in upgrade.stderr.readline()
        project.invoke("db", "stamp", "--no-lock", "r4")
    stdout, stderr = upgrade.communicate(timeout=60)
    assert "Nothing to do: the database is at r4 (head)." in stdout, stderr


def test_a_transaction_that_does_not_see_the_last_one(project: Project) -> None:
    """The same where the lock is free by then: it does nothing twice."""
    write_revisions(project, *TABLES)
    project.write("migrations/env.py", ENVS["one transaction"])
    project.invoke("db", "upgrade", "r2")
    project.environment["SLOW"] = "1"
    upgrade = start_upgrade(project)
    while not (project.folder / "read").exists():
        assert upgrade.poll() is None
    project.environment.clear()
    project.invoke("db", "upgrade", "r3")
    project.write("go", "")
    stdout, stderr = upgrade.communicate(timeout=60)
    assert upgrade.returncode == 0, stderr
    assert "1 applied" in stdout


def test_a_dead_owner(database: Database, project: Project) -> None:
    """The lock of a process that was killed is free at once."""
    write_revisions(project, "import time; print('running', flush=True); time.sleep(60)")
    owner = start_upgrade(project)
    assert owner.stdout is not None
    while "running" not in owner.stdout.readline():
        assert owner.poll() is None
    owner.kill()
    owner.communicate()
    with database.engine() as engine, lock_of(engine, seconds=5) as lock:
        lock.acquire()
        assert lock.held


@pytest.mark.requires("create_database")
def test_a_pool_with_room_for_one(database: Database) -> None:
    """The lock has a connection of its own, even where the application's pool has one only."""
    room_for_one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 1}
    with database.engine(**room_for_one) as engine:
        lock = lock_by_name(engine, VERSION_TABLE)
        with engine.connect():
            assert lock.acquire()
        lock.release()


def test_two_applications_in_one_database(database: Database) -> None:
    """Another version table is another application: on a server they don't wait."""
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        other = lock_by_name(engine, "other_versions")
        assert other.acquire() == ("create_database" in database.features)
        other.release()


def test_one_process_waits_for_itself(database: Database) -> None:
    """Two locks of one process exclude each other as those of two processes do."""
    with database.engine() as engine, lock_of(engine) as lock:
        lock.acquire()
        other = lock_by_name(engine, VERSION_TABLE)
        assert not other.acquire()
        assert other.holder()
        other.release()


def lock_by_name(engine: Engine, version_table: str) -> DeployLock:
    lock = dialect_for(engine.url).deploy_lock(engine, f"{engine.url.database} {version_table}")
    assert lock is not None
    return lock


def test_patience_ends() -> None:
    """After its seconds the waiter gives up, with a growing pause between its tries."""
    now = [0.0]
    told: list[str] = []
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    def tell(_bind: str, holder: str) -> None:
        told.append(holder)

    patience = Patience(40, tell, lambda bind: f"{bind} at r1", lambda: now[0], sleep)
    with pytest.raises(LockTimeout, match=r"is running on bind users \(Ann, users at r1\)"):
        wait_for(Taken(), "users", patience)
    assert 40 <= now[0] < 42
    assert told == ["Ann, users at r1"] * 3
    assert max(pauses) <= 1
    assert max(pauses) > 5 * pauses[0]


def test_a_folder_that_can_not_be_written() -> None:
    """Beside a database in a place without rights no lock can be made, and that is said."""
    with pytest.raises(CannotLock, match="lock file"):
        FileLock(Path("/proc/app.db")).acquire()


class Taken(DeployLock):
    """A lock that is never free."""

    def acquire(self) -> bool:
        return False

    def holder(self) -> str:
        return "Ann"
