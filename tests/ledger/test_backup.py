"""`--backup`: made before anything is changed, restored by what is printed, a bounded number."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from flask_godwit.backup.folder import surplus
from tests.databases import MARIADB, MYSQL, POSTGRESQL, PSYCOPG, SQLITE, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.projects import Answer, Project

ONE = """
op.create_table("t1", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
op.execute("INSERT INTO t1 VALUES (1, 'Ünï'), (2, 'two')")
"""
TWO = 'op.execute("DELETE FROM t1")\nop.drop_column("t1", "name")'
NO_PROGRAM = (
    "which is not on the PATH",
    "an older pg_dump can't read it",
    "is MariaDB's, and the server is MySQL",
    "is MySQL's, and the server is MariaDB",
    "the server of version",
)


@pytest.fixture
def filled(project: Project) -> Project:
    """A project with rows, and a pending revision that destroys them."""
    write_revisions(project, ONE)
    project.invoke("db", "upgrade")
    write_revision(project, 2, TWO)
    return project


def backups(project: Project) -> list[Path]:
    others = (".gitignore", "empty_postgresql.sql")
    return [path for path in project.files("backups/*") if path.name not in others]


def upgraded(project: Project, *arguments: str) -> Answer:
    """`flask db upgrade --backup`; skips where this machine has not the server's own client."""
    answer = project.invoke("db", "upgrade", "--backup", *arguments, check=False)
    reason = next((words for words in NO_PROGRAM if words in answer.stderr), None)
    if reason:
        pytest.skip(answer.stderr.splitlines()[0])
    answer.expect_success()
    return answer


def test_it_can_be_restored(filled: Project, database: Database) -> None:
    """What is printed brings every row back, and the revision."""
    answer = upgraded(filled)
    (path,) = backups(filled)
    assert f"Backup: backups/{path.name}" in answer.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (line,) = [line for line in answer.stdout.splitlines() if "to have it back: " in line]
    assert restore(filled, line.partition("to have it back: ")[2], database) == 0
    with database.engine() as engine, engine.connect() as connection:
        rows = connection.execute(text("SELECT id, name FROM t1 ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(1, "Ünï"), (2, "two")]
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "r1"


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG, MYSQL, MARIADB], ids=str)
def test_a_strange_password(filled: Project, database: Database) -> None:
    """It reaches the program as it is, by a way that no other user can look at."""
    password = "p\"a's\\s w#1=%;"
    name = f"u{os.getpid()}"
    if database.dialect == "postgresql":
        quoted = password.replace("'", "''")
        made = [f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD '{quoted}'"]
        gone = f"DROP ROLE {name}"
    else:
        quoted = password.replace("\\", "\\\\").replace("'", "\\'")
        made = [f"CREATE USER {name} IDENTIFIED BY '{quoted}'", f"GRANT ALL ON *.* TO {name}"]
        gone = f"DROP USER {name}"
    with database.engine(isolation_level="AUTOCOMMIT") as engine, engine.connect() as connection:
        plain = connection.execution_options(no_parameters=True)
        for statement in made:
            plain.exec_driver_sql(statement)
        try:
            url = database.address.set(username=name, password=password)
            filled.database_url = url.render_as_string(hide_password=False)
            answer = upgraded(filled)
            assert password not in answer.stdout
        finally:
            plain.exec_driver_sql(gone)
    assert len(backups(filled)) == 1


def restore(project: Project, command: str, database: Database) -> int:
    """Type the command as the user would, but without a terminal to ask for a password."""
    password = str(database.address.password or "")
    environment = {**os.environ, "PGPASSWORD": password, "MYSQL_PWD": password}
    command = command.removesuffix(" -p")  # of mysql, to ask
    program = next(word for word in ("pg_restore", "mariadb", "mysql", "cp") if word in command)
    if not shutil.which(program):
        pytest.skip(f"{program} is not on the PATH")
    return subprocess.run(command, shell=True, cwd=project.folder, env=environment).returncode


def test_only_if_something_is_pending(filled: Project) -> None:
    """Without work there is no backup, and nobody looks for programs."""
    filled.invoke("db", "upgrade")
    filled.environment["PATH"] = str(filled.folder)
    assert "Nothing to do" in filled.invoke("db", "upgrade", "--backup").stdout
    assert not (filled.folder / "backups").exists()


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG, MYSQL, MARIADB], ids=str)
def test_without_the_program(filled: Project, database: Database) -> None:
    """It is refused before anything runs, saying what is missing and how to go on."""
    filled.environment["PATH"] = str(filled.folder)
    answer = filled.invoke("db", "upgrade", "--backup", check=False)
    assert answer.code == 1
    assert "not on the PATH" in answer.stderr
    assert "flask db upgrade --no-backup" in answer.stderr
    with database.engine() as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t1")) == 2
    assert not backups(filled)


@pytest.mark.parametrize("database_kind", [POSTGRESQL, MYSQL, MARIADB], ids=str)
@pytest.mark.parametrize("says", ["pg_dump (PostgreSQL) 8.4.1", "mysqldump  Ver 5.1.73 x"])
def test_the_wrong_program(filled: Project, database: Database, says: str) -> None:
    """A program that is too old for the server, or another server's, is refused as well."""
    folder = filled.folder / "bin"
    for name in ("pg_dump", "mysqldump", "mariadb-dump"):
        script = filled.write(f"bin/{name}", f"#!/bin/sh\necho '{says}'\n")
        script.chmod(0o755)
    filled.environment["PATH"] = str(folder)
    answer = filled.invoke("db", "upgrade", "--backup", check=False)
    assert answer.code == 1
    assert any(words in answer.stderr for words in NO_PROGRAM)
    with database.engine() as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t1")) == 2


@pytest.mark.parametrize("database_kind", [POSTGRESQL, MYSQL], ids=str)
def test_a_program_that_fails(filled: Project, database: Database) -> None:
    """Its words are shown, nothing is migrated, no half file stays, no password is in sight."""
    for name in ("pg_dump", "mysqldump"):
        version = f"{name} (x) 99.1" if name == "pg_dump" else "mysqldump  Ver 99.1"
        script = f'#!/bin/sh\n[ "$1" = --version ] && echo "{version}" && exit\n'
        script += 'echo "$@" > arguments; echo "the disk is full" >&2; exit 3\n'
        filled.write(f"bin/{name}", script).chmod(0o755)
    filled.environment["PATH"] = f"{filled.folder / 'bin'}:/bin:/usr/bin"
    answer = filled.invoke("db", "upgrade", "--backup", check=False)
    assert answer.code == 1
    assert "the disk is full" in answer.stderr
    assert backups(filled) == []
    with database.engine() as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t1")) == 2
    password = database.address.password
    assert not password or password not in filled.read("arguments")


@pytest.mark.parametrize("database_kind", [POSTGRESQL, MYSQL], ids=str)
def test_a_program_that_writes_nothing(filled: Project) -> None:
    """An empty backup is none."""
    for name, version in (("pg_dump", "(x) 99.1"), ("mysqldump", "Ver 99.1")):
        filled.write(f"bin/{name}", f"#!/bin/sh\necho '{name} {version}'\n").chmod(0o755)
    filled.environment["PATH"] = f"{filled.folder / 'bin'}"
    answer = filled.invoke("db", "upgrade", "--backup", check=False)
    assert answer.code == 1
    assert "The backup is empty" in answer.stderr
    assert backups(filled) == []


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_in_memory(project: Project) -> None:
    """A database that no file holds can't be backed up."""
    project.database_url = "sqlite://"
    write_revisions(project, "pass")
    answer = project.invoke("db", "upgrade", "--backup", check=False)
    assert answer.code == 1
    assert "in memory" in answer.stderr


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_a_folder_that_can_not_be_made(filled: Project) -> None:
    """It is said, and nothing is migrated."""
    filled.write("backups", "a file")
    answer = filled.invoke("db", "upgrade", "--backup", check=False)
    assert answer.code == 1
    assert "GODWIT_BACKUP_FOLDER" in answer.stderr
    assert "at r1" in filled.invoke("db", "status").stdout


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_settings(filled: Project) -> None:
    """`GODWIT_BACKUP` wishes it always, in the folder that is configured; `--no-backup` not."""
    settings = "backup=True, backup_folder='kept/here', backups_kept=2"
    filled.replace("app.py", "Migrate(app, db)", f"Migrate(app, db, {settings})")
    filled.invoke("db", "upgrade", "--no-backup")
    assert not (filled.folder / "kept").exists()
    for number in range(3, 7):
        write_revision(filled, number, "pass")
        filled.invoke("db", "upgrade")
    filled.invoke("db", "downgrade")
    names = [path.name for path in filled.files("kept/here/app-*")]
    assert [name.rpartition("-")[2] for name in names] == ["r5.sqlite3", "r6.sqlite3"]


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_json(filled: Project) -> None:
    """`--json` tells path, size and how to restore."""
    (made,) = json.loads(upgraded(filled, "--json").stdout)["backups"]
    assert Path(made["path"]).stat().st_size == made["size"]
    assert made["restore_command"].endswith("app.db")


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_while_others_write(filled: Project, database: Database) -> None:
    """A write-ahead log and an open reader are no obstacle; what is committed is in the backup."""
    with database.engine() as engine, engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("INSERT INTO t1 VALUES (3, 'late')")
        connection.commit()
        connection.exec_driver_sql("SELECT * FROM t1").all()
        upgraded(filled)
        (path,) = backups(filled)
    copy = Database(SQLITE, database.address.set(database=str(path)))
    with copy.engine() as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t1")) == 3


def test_several_databases(databases: Any, make_project: Any) -> None:
    """Each has its own; where they are one database, it is backed up once."""
    one, two = databases("one", "two")
    project = make_project(one)
    project.environment["OTHER"] = two.url
    binds = '{"other": os.environ["OTHER"], "same": os.environ["DATABASE_URL"]}'
    project.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        f'app.config["SQLALCHEMY_BINDS"] = {binds}\ndb = SQLAlchemy(app)',
    )
    write_revisions(project, "pass")
    upgraded(project)
    names = sorted(path.name.partition(".")[0] for path in backups(project))
    assert names == ["default", "other"]
    with one.engine() as engine:
        assert inspect(engine).has_table("alembic_version_same")


def test_surplus() -> None:
    """The oldest go; but of a revision that is tried again and again the first stays longest."""
    paths = [Path(f"app-{n}-{r}.sql") for n, r in enumerate(("r1", "r2", "r2", "r2", "r2"))]
    assert surplus(paths, 5) == []
    assert surplus(paths, 3) == [paths[2], paths[3]]
    assert surplus(paths, 2) == [paths[2], paths[3], paths[0]]
    assert surplus(paths, 1) == [paths[2], paths[3], paths[0], paths[1]]
