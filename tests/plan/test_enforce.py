"""`flask db upgrade` refuses what would stop an application, before it runs anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import flask_godwit
from tests.core.apps import Shop
from tests.databases import MARIADB, POSTGRESQL, Database, Kind

TABLES = """
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("age", sa.Integer), sa.Column("name", sa.String(20)))
    op.create_table("few", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("age", sa.Integer))
    users = sa.table("users", sa.column("age"), sa.column("name"))
    op.bulk_insert(users, [{"age": number, "name": "x" * 20} for number in range(3000)])
"""
MARK = 'op.add_column("few", sa.Column("mark", sa.Integer))'
WIDER = 'op.alter_column("{}", "age", existing_type=sa.Integer(), type_=sa.BigInteger())'
HAZARD = {"postgresql": "type-change-rewrites", "mariadb": "column-change-copies"}

pytestmark = pytest.mark.parametrize("database_kind", [POSTGRESQL, MARIADB], ids=str)


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Iterator[Shop]:
    """At r1; the next revision changes a small table, the one after it a large one."""
    config = {
        "GODWIT_SMALL_TABLE_ROWS": 1000,
        "GODWIT_ENFORCE_SECONDS": 0.001,
        "GODWIT_ONLINE": False,
    }
    with closing(Shop(tmp_path, url=database.url, config=config)) as shop:
        shop.revision("r1", None, TABLES)
        shop.ok("upgrade")
        shop.execute("ANALYZE users" if database.dialect == "postgresql" else "ANALYZE TABLE users")
        shop.revision("r2", "r1", f"{MARK}\n{WIDER.format('few')}")
        shop.revision("r3", "r2", WIDER.format("users"))
        yield shop


def other(shop: Shop, **config: object) -> Shop:
    """The same application, configured in another way."""
    url = shop.app.config["SQLALCHEMY_DATABASE_URI"]
    settings = {k: v for k, v in shop.app.config.items() if k.startswith("GODWIT_")}
    return Shop(shop.root, url=url, config={**settings, **config})


def test_nothing_runs(shop: Shop, database_kind: Kind) -> None:
    """Refused with the reason, the alternative and the waiver; with that waiver it runs."""
    rule = HAZARD[database_kind.dialect]
    answer = shop.run("upgrade")
    assert answer.exit_code == 1
    assert rule in answer.stderr
    assert "users for about" in answer.stderr
    waiver = f"# godwit: assured {rule} REASON"
    assert waiver in answer.stderr
    assert shop.ok("current").stdout.startswith("r1")
    with shop.context(), pytest.raises(flask_godwit.HazardRefused):
        flask_godwit.upgrade()
    shop.revision("r3", "r2", f"{WIDER.format('users')}  {waiver}")
    shop.ok("upgrade")


def test_a_stored_column_has_no_safe_form(shop: Shop, database_kind: Kind) -> None:
    """It is refused online too, with what to do instead, and done where somebody waives that."""
    rule = "stored-column-rewrites"
    online = other(shop, GODWIT_ONLINE=True, GODWIT_ONLINE_TOOL="")  # nor a copy, on MariaDB
    stored = """op.add_column("users",
        sa.Column("twice", sa.Integer, sa.Computed("age * 2", persisted=True)))"""
    online.revision("r3", "r2", stored)
    answer = online.run("upgrade")
    assert answer.exit_code == 1
    for words in (rule, "users for about", f"# godwit: assured {rule} REASON"):
        assert words in answer.stderr
    assert "virtual column" in answer.stderr or "a trigger fills for new rows" in answer.stderr
    online.revision("r3", "r2", stored.replace("\n", f"  # godwit: assured {rule} at night\n"))
    online.ok("upgrade")
    assert online.ok("current").stdout.startswith("r3")


def test_only_warned(shop: Shop, database_kind: Kind) -> None:
    """Where that is wished for, and where it does not last."""
    rule = HAZARD[database_kind.dialect]
    with closing(other(shop, GODWIT_ENFORCE="warn")) as same:
        assert f"r3.py:8 {rule}" in same.ok("upgrade").stderr
    back = 'op.alter_column("users", "age", existing_type=sa.BigInteger(), type_=sa.Integer())'
    shop.revision("r4", "r3", back)
    with closing(other(shop, GODWIT_ENFORCE_SECONDS=60)) as same:
        assert f"r4.py:8 {rule}" in same.ok("upgrade").stderr
    shop.revision("r5", "r4", WIDER.format("users"))
    with closing(other(shop, GODWIT_ENFORCE="off")) as same:
        assert "Warning" not in same.ok("upgrade").stderr


def test_with_an_env_py(shop: Shop, database_kind: Kind) -> None:
    """It is executed once only, and its version table is the one that is looked at."""
    folder = shop.root / "migrations"
    (folder / "env.py").write_text(ENV)
    shop.execute("CREATE TABLE versions_here (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    shop.execute("INSERT INTO versions_here VALUES ('r2')")
    shop.execute("ALTER TABLE few ADD COLUMN mark INTEGER")
    answer = shop.run("upgrade")
    assert answer.exit_code == 1
    assert HAZARD[database_kind.dialect] in answer.stderr
    assert (folder / "executed").read_text() == "x"
    assert shop.rows("SELECT version_num FROM versions_here") == [("r2",)]
    shop.execute("UPDATE users SET name = NULL WHERE id = 7")
    missing = 'op.alter_column("users", "name", existing_type=sa.String(20), nullable=False)'
    missing += "  # godwit: assured not-null-scans they are few"
    shop.revision("r3", "r2", missing)
    answer = shop.run("upgrade")
    assert "users.name NOT NULL would fail: 1 NULL, id 7" in answer.stderr
    shop.execute("UPDATE users SET name = 'x' WHERE id = 7")
    shop.ok("upgrade")
    assert shop.rows("SELECT version_num FROM versions_here") == [("r3",)]


ENV = """
from pathlib import Path

from alembic import context
from flask import current_app

with Path(__file__).with_name("executed").open("a") as file:
    file.write("x")
with current_app.extensions["migrate"].db.engine.connect() as connection:
    context.configure(connection=connection, version_table="versions_here")
    with context.begin_transaction():
        context.run_migrations()
        context.get_x_argument()
"""
