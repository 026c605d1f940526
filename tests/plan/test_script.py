"""`flask db plan --sql`: what the real clients make of the script is what `upgrade` makes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import sqlalchemy as sa

import flask_godwit
from flask_godwit.dialects import dialect_for
from tests.core.apps import Shop
from tests.databases import MARIADB, MYSQL, POSTGRESQL, Database

Shops = Callable[[], Shop]

TABLES = """
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)), sa.Column("age", sa.Integer),
        sa.Column("boss_id", sa.Integer, sa.ForeignKey("users.id", name="fk_boss")))
    op.create_index("ix_age", "users", ["age"])
    users = sa.table("users", sa.column("id"), sa.column("name"), sa.column("age"))
    op.bulk_insert(users, [{"id": n, "name": f"n{n}", "age": n} for n in range(1, 21)])
"""
CHANGES = r"""
    op.add_column("users", sa.Column("mail", sa.String(50), server_default="it's; 5% \\ -- no"))
    with op.batch_alter_table("users") as batch:
        batch.alter_column("name", existing_type=sa.String(20), nullable=False)
        batch.create_unique_constraint("uq_name", ["name"])
        batch.create_check_constraint("ck_age", "age >= 0")
    op.create_index("ix_mail", "users", ["mail"])
    op.drop_index("ix_age", table_name="users")
    posts = op.create_table("posts", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text), sa.Column("data", sa.LargeBinary), sa.Column("at", sa.DateTime),
        sa.Column("real", sa.Float(53)), sa.Column("more", sa.JSON))
    op.bulk_insert(posts, [
        {"id": n, "text": text, "data": b"\x00'\\", "at": datetime(2026, 5, 4, 3, 2, 1),
         "real": 0.1, "more": {"a": [1, "'", None]}}
        for n, text in enumerate(["ü ? :x %s %(y)s", "two\nlines;\n--", None, "\\'\\"], 1)
    ])
    update = sa.text("UPDATE users SET age = :age WHERE id = :id")
    for row in op.get_bind().execute(sa.text("SELECT id FROM users ORDER BY id")).all():
        op.get_bind().execute(update, {"age": row.id * 2, "id": row.id})
    op.execute("UPDATE users SET boss_id = 1 WHERE id = 5 -- the last")
"""
TRIGGERS = {
    "sqlite": """
        op.execute("CREATE TRIGGER tr AFTER INSERT ON posts BEGIN DELETE FROM posts WHERE id = 9;"
            " DELETE FROM posts WHERE id = 8; END")
    """,
    "postgresql": """
        op.execute("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$")
    """,
    **dict.fromkeys(
        ("mysql", "mariadb"),
        """
        op.execute("CREATE TRIGGER tr BEFORE INSERT ON posts FOR EACH ROW BEGIN SET NEW.text = 'a';"
            " SET NEW.text = 'b'; END")
        """,
    ),
}


def made(folder: Path, database: Database, upgrade: str = TABLES, **config: Any) -> Shop:
    folder.mkdir()
    shop = Shop(folder, url=database.url, config={"GODWIT_SMALL_TABLE_ROWS": 1, **config})
    shop.revision("r1", None, upgrade)
    shop.ok("upgrade")
    return shop


def revisions(shop: Shop, database: Database) -> None:
    """Two more, of which the second undoes a part."""
    shop.revision("r2", "r1", CHANGES, top="from datetime import datetime")
    shop.revision("r3", "r2", f'{TRIGGERS[database.dialect]}\n    op.drop_column("users", "mail")')


def run(database: Database, script: str) -> subprocess.CompletedProcess[str]:
    """Give a script to the database's own client."""
    url = database.address
    host = ["-h", str(url.host), "-P", str(url.port), "-u", str(url.username)]
    commands = {
        "postgresql": ["psql", "-qAt", "-d", _plain(url)],
        "mysql": ["mysql", *host, str(url.database)],
        "mariadb": ["mariadb", *host, str(url.database)],
        "sqlite": ["sqlite3", str(url.database)],
    }
    client, *arguments = commands[database.dialect]
    found = which(client) or which("mariadb" if client == "mysql" else client)
    if found is None:
        pytest.skip(f"there is no {client}")
    environment = {**os.environ, "MYSQL_PWD": str(url.password or "")}
    return subprocess.run(
        [found, *arguments],
        input=script,
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )


def _plain(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def contents(database: Database) -> tuple[Any, ...]:
    """The schema, and the rows of all tables but our own."""
    with database.engine() as engine, engine.connect() as connection:
        inventory = dialect_for(database.address, connection.dialect).inventory(connection)
        rows = {
            name: connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1").all()
            for name in ("users", "posts", "alembic_version")
            if sa.inspect(connection).has_table(name)
        }
    return {k: v for k, v in inventory.items() if "godwit" not in k + v}, rows


@pytest.fixture
def twins(tmp_path: Path, databases: Any) -> Iterator[list[tuple[Shop, Database]]]:
    """Two applications at r1, with two more revisions, each on a database of its own."""
    with ExitStack() as around:
        found = []
        for database in databases("script", "twin"):
            label = f"shop{len(found)}"
            shop = around.enter_context(closing(made(tmp_path / label, database)))
            revisions(shop, database)
            found.append((shop, database))
        yield found


def test_the_client_makes_what_upgrade_makes(twins: list[tuple[Shop, Database]]) -> None:
    """The same schema, rows and versions: values, rebuilds, routines, loops over rows included."""
    (shop, database), (twin, other) = twins
    script = shop.ok("plan", "--sql").stdout
    assert shop.ok("upgrade", "--dry-run", "--sql").stdout == script
    done = run(database, script)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert shop.ok("current").stdout.startswith("r3")
    assert "online" in twin.ok("upgrade").stdout or database.dialect != "postgresql"
    assert contents(database) == contents(other)
    assert "Nothing to do" in shop.ok("upgrade").stdout
    again = run(database, script)  # it is for where the database was, and says so
    assert "the database is at another revision" in again.stderr
    assert contents(database) == contents(other)


def test_from_nothing_and_back(tmp_path: Path, database: Database) -> None:
    """Also the table of versions is made; and the way back is a script, too."""
    with closing(Shop(tmp_path, url=database.url)) as shop:
        shop.revision("r1", None, TABLES, downgrade='op.drop_table("users")')
        done = run(database, shop.ok("plan", "--sql").stdout)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert shop.ok("current").stdout.startswith("r1")
        back = tmp_path / "back.sql"
        shop.ok("plan", "--downgrade", "base", "--sql", "-o", str(back))
        done = run(database, back.read_text())
        assert (done.returncode, done.stderr) == (0, ""), done
        assert not shop.tables()
        assert not shop.ok("current").stdout


def test_as_a_run_does_it(tmp_path: Path, postgresql_database: Database) -> None:
    """Briefly waiting for locks, in a transaction for each revision, but for what needs none."""
    with closing(made(tmp_path / "shop", postgresql_database)) as shop:
        index = 'op.create_index("ix_name", "users", ["name"])'
        shop.revision(
            "r2", "r1", f'op.drop_column("users", "age")\n{index}', top="lock_timeout = 2"
        )
        text = shop.ok("plan", "--sql").stdout
        (found,) = re.findall(r"^-- upgrade r2, .*\n((?:.*\n)*)", text, re.MULTILINE)
        assert found.splitlines() == [
            "BEGIN;",
            "SET LOCAL lock_timeout = '2000ms';",
            "ALTER TABLE users DROP COLUMN age;",
            "COMMIT;",
            "SET lock_timeout = 0;",
            "SET statement_timeout = 0;",
            "CREATE INDEX CONCURRENTLY ix_name ON users (name);",
            "RESET lock_timeout;",
            "RESET statement_timeout;",
            "BEGIN;",
            "SET LOCAL lock_timeout = '2000ms';",
            "UPDATE alembic_version SET version_num='r2' WHERE alembic_version.version_num = 'r1';",
            "COMMIT;",
        ]
        with postgresql_database.engine() as engine:
            lock = f"{engine.url.database} alembic_version"
            held = dialect_for(engine.url).deploy_lock(engine, lock)
            assert held is not None
            assert held.acquire()
            assert "another migration is running" in run(postgresql_database, text).stderr
            held.release()


def test_children_are_kept(tmp_path: Path, sqlite_database: Database) -> None:
    """Where foreign keys are on, a table is rebuilt without them, and they are checked."""
    tables = """
        op.create_table("p", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text))
        op.execute("CREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE)")
        op.execute("INSERT INTO p (id, a) VALUES (1, 'x'), (2, 'y')")
        op.execute("INSERT INTO c VALUES (1), (2)")
    """
    rebuilt = """
        with op.batch_alter_table("p") as batch:
            batch.create_unique_constraint("uq", ["a"])
    """
    with closing(made(tmp_path / "shop", sqlite_database, tables)) as shop:
        with shop.context():
            sa.event.listen(shop.db.engine, "connect", switch_on)
            shop.db.engine.dispose()
        shop.revision("r2", "r1", rebuilt)
        shop.revision("r3", "r2", 'op.execute("DELETE FROM p WHERE id = 1")')
        done = run(sqlite_database, shop.ok("plan", "--sql").stdout)
        assert (done.returncode, done.stderr) == (0, "")
        assert shop.rows("SELECT p FROM c") == [(2,)]  # deleted by r3's CASCADE, not by r2
        shop.revision(
            "r4", "r3", rebuilt.replace("uq", "uq2") + '\n    op.execute("DELETE FROM p")'
        )
        refused = run(sqlite_database, shop.ok("plan", "--sql").stdout)
        assert "rows would refer to rows that do not exist" in refused.stderr
        assert shop.rows("SELECT p FROM c") == [(2,)]
        assert shop.rows("SELECT id FROM p") == [(2,)]


def switch_on(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA foreign_keys = ON")


def test_several_databases(tmp_path: Path) -> None:
    """A script is for one of them: with ``--bind``, or a file for each."""
    binds = {"other": f"sqlite:///{tmp_path}/other.db"}
    with closing(Shop(tmp_path, binds=binds)) as shop:
        path = shop.revision(
            "r1", None, 'op.create_table(engine_name or "main", sa.Column("i", sa.Integer))'
        )
        path.write_text(path.read_text().replace("upgrade():", "upgrade(engine_name):"))
        answer = shop.run("plan", "--sql")
        assert answer.exit_code == 1
        assert "flask db plan --sql --bind other" in answer.stderr
        assert "CREATE TABLE other" in shop.ok("plan", "--sql", "--bind", "other").stdout
        shop.ok("plan", "--sql", "-o", str(tmp_path / "plan.sql"))
        assert "CREATE TABLE main" in (tmp_path / "plan.default.sql").read_text()
        assert "CREATE TABLE other" in (tmp_path / "plan.other.sql").read_text()


def test_what_is_not_known_is_refused(tmp_path: Path, mysql_database: Database) -> None:
    """A script that reads what the run would make, and a revision that is half applied."""
    with closing(made(tmp_path / "shop", mysql_database)) as shop:
        new = 'op.create_table("t", sa.Column("id", sa.Integer))\n'
        shop.revision("r2", "r1", new + 'op.get_bind().execute(sa.text("SELECT 1 FROM t")).all()')
        with shop.context(), pytest.raises(flask_godwit.NotPlannable, match="r2"):
            flask_godwit.plan_sql()
        shop.revision("r2", "r1", new + 'raise RuntimeError("half")')
        assert "RuntimeError: half" in shop.run("upgrade").stderr
        with shop.context(), pytest.raises(flask_godwit.JournalConflict, match="half applied"):
            flask_godwit.plan_sql()


@pytest.mark.parametrize("server", ["mysql_database", "mariadb_database"])
def test_an_algorithm_is_asserted(
    tmp_path: Path, server: str, request: pytest.FixtureRequest
) -> None:
    """Also for a column with a character set of its own; the script says what a refusal does."""
    database: Database = request.getfixturevalue(server)
    table = """
        op.execute("CREATE TABLE users (id int PRIMARY KEY, "
            "name varchar(20) CHARACTER SET latin1 COLLATE latin1_bin)")
        op.execute("INSERT INTO users VALUES (1, 'a')")
    """
    with closing(made(tmp_path / "shop", database, table)) as shop:
        wider = "existing_type=sa.String(20), type_=sa.String(40)"
        shop.revision("r2", "r1", f'op.alter_column("users", "name", {wider})')
        script = shop.ok("plan", "--sql").stdout
        asserted = r"MODIFY .*latin1.*, ALGORITHM=(INSTANT|INPLACE, LOCK=NONE);"
        assert re.search(asserted, script)
        assert "flask db upgrade would try the next" in script
        shop.revision("r2", "r1", 'op.execute("INSERT INTO users VALUES (2, NULL)")')
        assert "would try the next" not in shop.ok("plan", "--sql").stdout


SEARCHED = {
    "mysql": "ADD FULLTEXT INDEX ft (name)",
    "mariadb": "ADD FULLTEXT INDEX ft (name)",
    "postgresql": "ADD CONSTRAINT more CHECK (age > 0) NOT VALID",
}
DELICATE_TABLES = """
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)), sa.Column("age", sa.Integer),
        sa.Column("note", sa.Integer))
    op.create_table("teams", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(20)))
    op.execute("ALTER TABLE users {}")
    for n in range(1, 41):
        op.execute(f"INSERT INTO users (id, name, age) VALUES ({{n}}, 'n{{n}}', {{n}})")
        op.execute(f"INSERT INTO teams (id, a) VALUES ({{n}}, 'a{{n}}')")
"""
DELICATE = """
    op.add_column("users", sa.Column("team_id", sa.Integer, sa.ForeignKey("teams.id", name="fk")))
    op.alter_column("users", "name", existing_type=sa.String(20), type_=sa.String(30),
        nullable=False)
    op.alter_column("users", "age", existing_type=sa.Integer, nullable=False)
    op.create_index("ix_name", "users", ["name"])
    op.drop_column("users", "note")
    op.create_check_constraint("old", "users", "age >= 0")
    op.add_column("teams", sa.Column("b", sa.Integer, server_default="3", nullable=False))
    op.alter_column("teams", "a", existing_type=sa.String(20), type_=sa.String(30), nullable=False)
    op.add_column("teams", sa.Column("user_id", sa.Integer,
        sa.ForeignKey("users.id", name="fk_user")))
    op.create_unique_constraint("uq", "teams", ["a"])
"""


@pytest.mark.parametrize("database_kind", [POSTGRESQL, MYSQL, MARIADB], ids=str)
def test_the_same_statements(tmp_path: Path, databases: Callable[..., list[Database]]) -> None:
    """The script has those that a run sends, with the clauses that the server takes, also where
    a table's full-text index refuses the cheaper ones; and it runs.
    """
    ends = []
    for database in databases("script", "twin"):
        tables = DELICATE_TABLES.format(SEARCHED[database.dialect])
        config = {
            "GODWIT_ENFORCE": "off",
            "GODWIT_PREFLIGHT": False,
        }
        with closing(made(tmp_path / str(len(ends)), database, tables, **config)) as shop:
            shop.revision("r2", "r1", DELICATE)
            script = shop.ok("plan", "--sql").stdout
            if not ends:
                sent = sent_by(shop)
                assert changes(script.split(";\n")) == changes(sent)
            else:
                done = run(database, script)
                assert (done.returncode, done.stderr) == (0, ""), done
        ends.append(contents(database))
    assert ends[0] == ends[1]


def sent_by(shop: Shop) -> list[str]:
    """What an upgrade sends."""
    sent: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    with shop.context():
        sa.event.listen(shop.db.engine, "after_cursor_execute", hear)
    shop.ok("upgrade")
    return sent


def changes(statements: list[str]) -> list[str]:
    """Those that change a table of the application, on one line each."""
    spoken = (
        [line.strip() for line in one.splitlines() if not line.startswith(("--", "\\"))]
        for one in statements
    )
    lines = (" ".join(filter(None, one)) for one in spoken)
    return [one for one in lines if re.match("ALTER|CREATE|DROP", one) and "godwit" not in one]
