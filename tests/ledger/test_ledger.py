"""The ledger: a row if and only if the version changed, and `flask db log`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, NestedTransaction, inspect, text

from tests.databases import MARIADB, MYSQL, POSTGRESQL, PSYCOPG, SQLITE, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.projects import Project

TABLE = 'op.create_table("t{}", sa.Column("id", sa.Integer, primary_key=True))'
TWO = (TABLE.format(1), TABLE.format(2))


def rows(database: Database, columns: str = "revision, direction, result") -> list[Any]:
    """What the ledger holds, oldest first."""
    with database.engine() as engine, engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM godwit_ledger ORDER BY id"))
        return [tuple(row) for row in found]


def log(project: Project, *arguments: str) -> list[dict[str, Any]]:
    """`flask db log --json`."""
    found: list[dict[str, Any]] = json.loads(
        project.invoke("db", "log", "--json", *arguments).stdout
    )
    return found


def test_everything_leaves_a_row(project: Project, database: Database) -> None:
    """Applied, reverted, stamped: a row each, in the order in which it happened."""
    write_revisions(project, *TWO)
    project.invoke("db", "upgrade")
    project.invoke("db", "downgrade")
    project.invoke("db", "stamp", "r2")
    project.invoke("db", "stamp", "base")
    assert rows(database) == [
        ("r1", "upgrade", "done"),
        ("r2", "upgrade", "done"),
        ("r2", "downgrade", "done"),
        ("r2", "stamp", "done"),
        ("base", "stamp", "done"),
    ]


def test_what_a_row_says(project: Project, database: Database) -> None:
    """Who, where, when, what, for how long, and the file as it was."""
    reads = '\nop.execute("WITH x AS (SELECT 1 AS n) SELECT n FROM x")'
    write_revisions(project, TWO[0], f'{TWO[1]}\nop.execute("INSERT INTO t2 VALUES (1)"){reads}')
    project.invoke("db", "upgrade")
    newest, oldest = log(project)
    assert (newest["revision"], oldest["revision"]) == ("r2", "r1")
    assert newest["down_revisions"] == ["r1"]
    assert newest["message"] == "revision 2"
    assert newest["statements"] == 2
    assert newest["host"]
    assert newest["os_user"]
    assert newest["started"].endswith("+00:00")
    assert newest["started"] < newest["finished"]
    source = project.read("migrations/versions/r2.py")
    assert newest["checksum"] == hashlib.sha256(source.encode()).hexdigest()
    assert rows(database, "text")[1] == (source,)
    if database.kind is not SQLITE:
        assert newest["database_user"].partition("@")[0] == database.address.username


@pytest.mark.parametrize("database_kind", [SQLITE, POSTGRESQL, PSYCOPG], ids=str)
def test_a_rollback_takes_the_row_along(project: Project, database: Database) -> None:
    """A row stands for a version that changed: of a failed revision there is only the failure."""
    project.write(
        "app.py",
        project.read("app.py").replace(
            "Migrate(app, db)", "Migrate(app, db, transaction_per_migration=False)"
        ),
    )
    write_revisions(project, TWO[0], 'op.execute("INSERT INTO nowhere VALUES (1)")')
    assert project.invoke("db", "upgrade", check=False).code == 1
    assert rows(database) == [("r2", "upgrade", "failed")]


def test_a_failure_is_noted(project: Project, database: Database) -> None:
    """On a connection of its own, with the reason; passwords in it are hidden."""
    write_revisions(project, TWO[0], 'raise ValueError("no: mysql://me:geheim@host/x")')
    assert project.invoke("db", "upgrade", check=False).code == 1
    assert rows(database) == [("r1", "upgrade", "done"), ("r2", "upgrade", "failed")]
    assert log(project)[0]["error"] == "ValueError: no: mysql://me:***@host/x"


def test_sql_writes_nothing(project: Project, database: Database) -> None:
    """`--sql` does not touch the ledger, and its script does not either."""
    write_revisions(project, *TWO)
    answer = project.invoke("db", "upgrade", "--sql", "base:head")
    assert "godwit" not in answer.stdout
    with database.engine() as engine:
        assert inspect(engine).get_table_names() == []


def test_nothing_to_do_does_not_look(project: Project, database: Database) -> None:
    """An upgrade without work neither makes nor reads the table."""
    write_revisions(project, *TWO)
    project.invoke("db", "upgrade")
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("DROP TABLE godwit_ledger"))
    project.invoke("db", "upgrade")
    with database.engine() as engine:
        assert not inspect(engine).has_table("godwit_ledger")


def test_it_is_invisible(project: Project, database: Database) -> None:
    """Neither `check` nor `migrate` would drop it."""
    project.invoke("db", "migrate", "-m", "users")
    project.invoke("db", "upgrade")
    assert inspect_has_ledger(database)
    project.invoke("db", "check")
    assert "No changes" in project.invoke("db", "migrate").stdout


def test_a_table_of_a_model_is_not_ours(project: Project, database: Database) -> None:
    """Models may be called as they like."""
    model = "class Bird(db.Model):\n    __tablename__ = 'godwit_birds'\n"
    model += "    id = db.Column(db.Integer, primary_key=True)\n"
    project.write("app.py", project.read("app.py") + "\n\n" + model)
    project.invoke("db", "migrate", "-m", "birds")
    project.invoke("db", "upgrade")
    project.invoke("db", "check")


def test_callbacks_of_the_application_are_called(project: Project, database: Database) -> None:
    """`on_version_apply` stays the application's."""
    project.replace(
        "app.py",
        "migrate = Migrate(app, db)",
        "def told(**facts):\n    print('told', facts['step'].up_revision_id)\n\n\n"
        "migrate = Migrate(app, db, on_version_apply=told)",
    )
    write_revisions(project, *TWO)
    answer = project.invoke("db", "upgrade")
    assert "told r1" in answer.stdout
    assert "told r2" in answer.stdout
    assert len(rows(database)) == 2


def test_env_py(project: Project, database: Database) -> None:
    """A folder with an env.py of its own, and a version table of another name."""
    write_revisions(project, *TWO)
    project.write(
        "migrations/env.py",
        """
        from alembic import context
        from flask import current_app

        engine = current_app.extensions["migrate"].db.engine
        with engine.connect() as connection:
            context.configure(connection=connection, version_table="mine")
            with context.begin_transaction():
                context.run_migrations()
        """,
    )
    project.invoke("db", "upgrade")
    assert rows(database, "revision, version_table") == [("r1", "mine"), ("r2", "mine")]
    assert [entry["revision"] for entry in log(project)] == ["r2", "r1"]


def test_log(project: Project) -> None:
    """A line each, newest first; `-n` and a revision choose some."""
    assert log_lines(project, folder=False) == []
    write_revisions(project, *TWO)
    project.invoke("db", "upgrade")
    project.invoke("db", "downgrade")
    assert [re.split(r" {2,}", line)[1:4] for line in log_lines(project)] == [
        ["reverted", "r2", "revision 2"],
        ["applied", "r2", "revision 2"],
        ["applied", "r1", "revision 1"],
    ]
    assert len(log_lines(project, "-n", "1")) == 1
    assert [re.split(r" {2,}", line)[2] for line in log_lines(project, "r1")] == ["r1"]
    assert [re.split(r" {2,}", line)[2] for line in log_lines(project, "current")] == ["r1"]
    assert len(log_lines(project, "head")) == 2
    assert log_lines(project, "%") == ["The ledger has no entry yet."]


def test_an_older_table_gets_what_it_lacks(project: Project, database: Database) -> None:
    """A column that the table's release did not know is read as empty, and added when written."""
    write_revisions(project, *TWO)
    project.invoke("db", "upgrade", "r1")
    with database.engine() as engine, engine.begin() as connection:
        connection.execute(text("ALTER TABLE godwit_ledger DROP COLUMN os_user"))
    assert log(project)[0]["os_user"] == ""
    project.invoke("db", "upgrade")
    assert [bool(entry["os_user"]) for entry in log(project)] == [True, False]


def test_binds_in_one_database(
    databases: Callable[..., list[Database]], make_project: Callable[..., Project]
) -> None:
    """Several binds may share a database: each has its own version table, and its own rows."""
    (database,) = databases("app")
    project = make_project(database)
    project.replace(
        "app.py",
        "db = SQLAlchemy(app)",
        'app.config["SQLALCHEMY_BINDS"] = {"other": os.environ["DATABASE_URL"]}\n'
        "db = SQLAlchemy(app)",
    )
    write_revisions(project, "pass")
    project.invoke("db", "upgrade")
    assert rows(database, "revision, bind, version_table") == [
        ("r1", "", "alembic_version"),
        ("r1", "other", "alembic_version_other"),
    ]
    assert len(log(project)) == 2
    assert [entry["bind"] for entry in log(project, "--bind", "other")] == ["other"]


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)
@pytest.mark.parametrize("together", [False, True])
def test_no_right_to_create_on_postgresql(
    project: Project, database: Database, registry: Any, together: bool
) -> None:
    """Who may write a schema of its own, but not that of the version table: warned, not failed."""
    role = f"{database.address.database}_role"
    with database.engine() as engine, engine.begin() as connection:
        for statement in (
            f"CREATE ROLE {role} LOGIN PASSWORD 'x'",
            "CREATE SCHEMA versions",
            "CREATE TABLE versions.alembic_version (version_num VARCHAR(32) PRIMARY KEY)",
            f"GRANT USAGE ON SCHEMA versions TO {role}",
            f"GRANT ALL ON versions.alembic_version TO {role}",
            f"GRANT ALL ON SCHEMA public TO {role}",
        ):
            connection.execute(text(statement))
    try:
        own = database.address.set(username=role, password="x")
        project.database_url = own.render_as_string(hide_password=False)
        options = f'version_table_schema="versions", transaction_per_migration={not together}'
        project.replace("app.py", "Migrate(app, db)", f"Migrate(app, db, {options})")
        write_revisions(project, *TWO)
        answer = project.invoke("db", "upgrade")
        assert answer.stderr.count("Warning: nothing can be written into the table") == 1
        with database.engine() as engine:
            assert inspect(engine).has_table("t2")
            assert not inspect(engine).has_table("godwit_ledger", schema="versions")
    finally:
        with database.engine() as engine, engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {role} CASCADE"))
            connection.execute(text(f"DROP ROLE {role}"))


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE godwit_ledger DROP COLUMN text",
        "DO $$ BEGIN ALTER TABLE godwit_ledger DROP COLUMN text; END $$",
        "SELECT set_config('search_path', 'public, pg_temp', false)",
    ],
)
def test_a_row_that_is_refused_later_stops_no_revision(
    project: Project, database: Database, statement: str
) -> None:
    """The first rows were taken; what a revision does after them may end that."""
    write_revisions(project, *TWO, f'op.execute("{statement}")', TABLE.format(4))
    project.invoke("db", "upgrade")
    with database.engine() as engine:
        assert {"t1", "t2", "t4"} <= set(inspect(engine).get_table_names())
    expected = 2 if "DROP COLUMN" in statement else 4
    assert len(rows(database)) == expected


@pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)
def test_only_what_is_in_doubt_has_a_savepoint(
    project: Project, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first row of a run has one, and that of a text that not every database can hold."""
    write_revisions(project, *TWO, f"{TABLE.format(3)}  # \u2192", TABLE.format(4))
    begun: list[int] = []
    begin = Connection.begin_nested

    def begin_nested(connection: Connection) -> NestedTransaction:
        begun.append(len(begun))
        return begin(connection)

    monkeypatch.setattr(Connection, "begin_nested", begin_nested)
    project.invoke("db", "upgrade")
    assert len(begun) == 2
    assert len(rows(database)) == 4


@pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)
def test_a_long_file_fits_on_mysql(project: Project, database: Database) -> None:
    """TEXT would end at 64 KB."""
    filler = "# " + "x" * 100_000
    write_revision(project, 1, f"{filler}\n{TWO[0]}")
    project.invoke("db", "upgrade")
    assert len(rows(database, "text")[0][0]) > 100_000


def log_lines(project: Project, *arguments: str, folder: bool = True) -> list[str]:
    """What `flask db log` prints where nobody sits at a terminal."""
    answer = project.invoke("db", "log", *arguments, check=folder)
    return answer.stdout.splitlines() if folder else []


def inspect_has_ledger(database: Database) -> bool:
    with database.engine() as engine:
        return inspect(engine).has_table("godwit_ledger")
