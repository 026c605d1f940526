"""What is wrong with the database, not with the script, is said as such; and nothing is lost."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from flask_godwit.dialects import dialect_for
from flask_godwit.dialects.base import Trouble
from tests.databases import Database
from tests.engine.revisions import tables, write_revisions
from tests.projects import Project
from tests.servers import Server, Unavailable, create
from tests.servers.place import give_to_servers

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer))'
SECOND = """
op.create_table("second", sa.Column("id", sa.Integer), sa.Column("text", sa.Text))
op.create_table("third", sa.Column("id", sa.Integer))
"""
ALL = ["alembic_version", "first", "second", "third"]


@pytest.fixture
def halfway(project: Project) -> Project:
    """A project whose first revision is applied, and whose second is not."""
    write_revisions(project, FIRST, SECOND)
    project.invoke("db", "upgrade", "r1")
    return project


def refused(project: Project, *options: str, **variables: str) -> str:
    """What `flask db upgrade` says when it can't."""
    answer = project.invoke("db", "upgrade", *options, check=False, **variables)
    assert answer.code == 1, str(answer)
    assert "Traceback" not in answer.stderr
    assert "\n-> " in answer.stderr, "nothing says what to do"
    return answer.stderr


def finishes(project: Project, engine: Engine) -> None:
    """The next upgrade does the rest, each thing once."""
    project.invoke("db", "upgrade")
    assert tables(engine) == ALL


# Before anything runs


@pytest.mark.requires("create_database")
def test_wrong_password(halfway: Project, database: Database) -> None:
    """The message says who refuses and what to check; the password is not in it."""
    url = database.address.set(password="wrong-secret").render_as_string(hide_password=False)
    with suppress(OperationalError):
        create_engine(url, poolclass=NullPool).connect().close()
        pytest.skip("this server asks nobody for a password")
    said = refused(halfway, DATABASE_URL=url)
    assert "refuses the connection to" in said
    assert "Check user, password and rights" in said
    assert "wrong-secret" not in said


@pytest.mark.requires("create_database")
def test_unknown_host(halfway: Project, database: Database) -> None:
    """The message names the host that nobody knows."""
    url = database.address.set(host="nowhere.invalid").render_as_string(hide_password=False)
    said = refused(halfway, DATABASE_URL=url)
    assert "There is no host 'nowhere.invalid'" in said
    assert "--wait 30" in said


@pytest.mark.parametrize("name", ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ETIMEDOUT"])
def test_no_way_to_the_server(name: str) -> None:
    """Libpq quotes the operating system: what is not there yet is waited for."""
    said = OSError(getattr(errno, name), os.strerror(getattr(errno, name)))
    assert dialect_for(make_url("postgresql://server/app")).trouble(said) is Trouble.STARTING


def test_no_database_of_sqlite(
    make_project: Callable[..., Project], sqlite_database: Database
) -> None:
    """Another file, or one that is damaged, is said to be none; and a folder no file."""
    project = make_project(sqlite_database)
    write_revisions(project, FIRST)
    Path(str(sqlite_database.address.database)).write_text("something else" * 100)
    said = refused(project)
    assert "There is no SQLite database at" in said
    assert "must be replaced by a backup" in said
    said = refused(project, DATABASE_URL=f"sqlite:///{project.folder}")
    assert "must name a file" in said


# A database that can't be written


def read_only(database: Database) -> str:
    """The same database, by a URL through which nothing can be changed."""
    address = database.address
    if database.dialect == "sqlite":
        address = address.set(
            database=f"file:{address.database}", query={"mode": "ro", "uri": "true"}
        )
    elif database.dialect == "postgresql":
        address = address.set(query={"options": "-c default_transaction_read_only=on"})
    else:
        address = address.set(query={"init_command": "SET SESSION TRANSACTION READ ONLY"})
    return address.render_as_string(hide_password=False)


def test_read_only(halfway: Project, database: Database) -> None:
    """It is said, and what to look for; with the right URL the upgrade goes on."""
    said = refused(halfway, DATABASE_URL=read_only(database))
    assert "The database takes no changes: it is read-only." in said
    assert "SQLALCHEMY_DATABASE_URI must name one that can be written" in said
    assert "godwit_journal" not in said, (
        "it is the database, not a note of ours, that is the matter"
    )
    with database.engine() as engine:
        assert tables(engine) == ["alembic_version", "first"]
        finishes(halfway, engine)


@pytest.mark.parametrize("command", ["stamp", "ensure-version"])
def test_read_only_stamp(project: Project, database: Database, command: str) -> None:
    """The same of a database in which no version table can be made."""
    write_revisions(project, FIRST)
    with database.engine() as engine, engine.connect():
        pass  # SQLite's file is there
    answer = project.invoke("db", command, check=False, DATABASE_URL=read_only(database))
    assert answer.code == 1
    assert "The database takes no changes: it is read-only." in answer.stderr


# A user that may not


@contextmanager
def limited_user(database: Database) -> Iterator[str]:
    """A URL for somebody who may change rows, but nothing else."""
    name = f"limited_{os.getpid()}"
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as admin:
        for statement in _MAKE[database.dialect]:
            admin.execute(text(statement.format(name=name, database=database.address.database)))
        try:
            address = database.address.set(username=name, password="limited-secret")
            yield address.render_as_string(hide_password=False)
        finally:
            for statement in _UNMAKE[database.dialect]:
                admin.execute(text(statement.format(name=name)))


_MYSQL = (
    "CREATE USER {name}@'%' IDENTIFIED BY 'limited-secret'",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.* TO {name}@'%'",
)
_MAKE = {
    "postgresql": (
        "CREATE ROLE {name} LOGIN PASSWORD 'limited-secret'",
        "REVOKE CREATE ON SCHEMA public FROM public",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ),
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}
_UNMAKE = {
    "postgresql": ("DROP OWNED BY {name}", "DROP ROLE {name}"),
    "mysql": ("DROP USER {name}@'%'",),
    "mariadb": ("DROP USER {name}@'%'",),
}


@pytest.mark.requires("create_database")
def test_missing_right(halfway: Project, database: Database) -> None:
    """The statement that was not allowed is named, and that a right is missing."""
    with limited_user(database) as url:
        said = refused(halfway, DATABASE_URL=url)
    assert "The database's user may not do that." in said
    assert "Grant the right" in said
    with database.engine() as engine:
        finishes(halfway, engine)


# No room


FILL = """
import random
op.create_table("second", sa.Column("id", sa.Integer), sa.Column("text", sa.Text))
dice = random.Random(1)
for number in range(500):
    letters = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=40_000))
    op.execute(sa.text("INSERT INTO second VALUES (:n, :t)").bindparams(n=number, t=letters))
op.create_table("third", sa.Column("id", sa.Integer))
"""

# SQLite allows no fewer pages than there are: the file can grow no more.
LIMITED_PAGES = """

from sqlalchemy import event
if os.environ.get("FULL"):
    with app.app_context():
        event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1"))
"""


def test_full_sqlite(make_project: Callable[..., Project], sqlite_database: Database) -> None:
    """Of a revision for which there is no room nothing stays."""
    project = make_project(sqlite_database)
    with (project.folder / "app.py").open("a") as app:
        app.write(LIMITED_PAGES)
    write_revisions(project, FIRST, FILL)
    project.invoke("db", "upgrade", "r1")
    said = refused(project, FULL="1")
    assert "There is no room left for the database." in said
    assert "The upgrade of revision r2 failed" in said
    with sqlite_database.engine() as engine:
        assert tables(engine) == ["alembic_version", "first"]
        finishes(project, engine)


@pytest.fixture(params=["postgresql", "mysql", "mariadb"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """A server of our own, with a database on a disk of its own that is too small."""
    server = create(request.param, "outages")
    try:
        server.start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    disk = SmallDisk(server)
    try:
        disk.make()
        yield disk
    finally:
        disk.unmount()
        server.remove()


class SmallDisk:
    """A file system in memory below one database."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = make_url(server.url)
        self.folder = server.files / "small" if self.is_postgresql else server.data / "small"

    @property
    def is_postgresql(self) -> bool:
        return self.server.name == "postgresql"

    def make(self) -> None:
        """The database, and its files on the small disk."""
        if self.is_postgresql:
            self.mount()
            self._execute(f"CREATE TABLESPACE small LOCATION '{self.folder}'")
            self._execute("CREATE DATABASE small TABLESPACE small")
        else:
            self._execute("CREATE DATABASE small")
            self.mount()

    def mount(self) -> None:
        give_to_servers(self.folder)
        options = ["-t", "tmpfs", "-o", "size=14m", "tmpfs", str(self.folder)]
        done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no small disk can be made here: {done.stderr}")
        give_to_servers(self.folder)

    def enlarge(self) -> None:
        subprocess.run(["mount", "-o", "remount,size=200m", str(self.folder)], check=True)

    def unmount(self) -> None:
        # Lazily, while the server still runs: stopped, it takes its folder along.
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


def test_full_disk(small: SmallDisk, tmp_path: Path) -> None:
    """With more room the upgrade goes on: rows that were there are there once."""
    url = small.url.set(database="small")
    project = Project(tmp_path / "project", url.render_as_string(hide_password=False))
    write_revisions(project, FIRST, FILL)
    project.invoke("db", "upgrade", "r1")
    said = refused(project, "--retry", "3")
    assert "The upgrade of revision r2 failed" in said
    if small.server.running:
        assert "There is no room left for the database." in said
    else:  # MariaDB falls over when a file of its own can't grow
        assert "The connection to the database was lost." in said
    small.enlarge()
    small.server.start()
    engine = create_engine(url, poolclass=NullPool)
    finishes(project, engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM second")) == 500
