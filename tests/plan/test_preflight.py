"""What steps would fail on is found before anything runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import flask_godwit
from flask_godwit.plans import RowFinding
from tests.core.apps import Shop
from tests.databases import POSTGRESQL, Database
from tests.plan.conftest import USERS


def rows(shop: Shop, upgrade: str) -> tuple[RowFinding, ...]:
    """The rows in the way of a second revision."""
    shop.revision("r2", "r1", upgrade)
    return rows_of_plan(shop)


def rows_of_plan(shop: Shop) -> tuple[RowFinding, ...]:
    with shop.context():
        return tuple(found for step in flask_godwit.plan().steps for found in step.rows)


def insert(shop: Shop) -> None:
    """A duplicate, a NULL, and somebody too old."""
    shop.execute("INSERT INTO users (id, name, age) VALUES (4, 'Ada', 36), (91, 'Ada', NULL)")
    shop.execute("INSERT INTO users (id, name, age) VALUES (92, NULL, 700)")


NOT_NULL = 'batch.alter_column("name", existing_type=sa.String(20), nullable=False)'
UNIQUE = 'batch.create_unique_constraint("uq_name", ["name"])'
CHECKED = 'batch.create_check_constraint("ck_age", "age < 100")'
EXPRESSED = 'batch.create_check_constraint("ck_age", sa.column("name").like("B%"))'
REFERS = 'batch.create_foreign_key("fk_boss", "users", ["age"], ["id"])'
BATCH = 'with op.batch_alter_table("users") as batch:\n    '

UUID = "6BA7B8109dad11d180b400c04fd430c8"

CASES = {
    BATCH + NOT_NULL: "users.name NOT NULL would fail: 1 NULL, id 92",
    BATCH + UNIQUE: "users.name UNIQUE would fail: 2 duplicates, ids 4, 91",
    'op.create_index("ux_name", "users", ["name"], unique=True)': (
        "users.name UNIQUE would fail: 2 duplicates, ids 4, 91"
    ),
    'op.create_index("ux_both", "users", ["name", "age"], unique=True)': (
        "users (name, age) UNIQUE would fail: 1 duplicate, id 4"
    ),
    BATCH + CHECKED: "users CHECK ck_age would fail: 1 violation, id 92",
    BATCH + EXPRESSED: "users CHECK ck_age would fail: 3 violations, ids 1, 4, 91",
}


@pytest.mark.parametrize("upgrade", CASES)
def test_rows_in_the_way(shop: Shop, upgrade: str) -> None:
    """How many rows there are, and which, in words; and the upgrade does fail on them."""
    insert(shop)
    (found,) = rows(shop, upgrade)
    assert (found.what, found.is_certain) == (CASES[upgrade], True)
    assert found.what in shop.ok("plan").stdout
    assert shop.run("upgrade").exit_code == 1


@pytest.mark.parametrize("upgrade", [BATCH + NOT_NULL, BATCH + UNIQUE, BATCH + CHECKED])
def test_rows_that_fit(shop: Shop, upgrade: str) -> None:
    """Of rows that fit nothing is said, and the upgrade succeeds."""
    assert not rows(shop, upgrade)
    shop.ok("upgrade")


def test_a_narrower_type(shop: Shop, database: Database) -> None:
    """Values that a column's new type refuses; SQLite takes any, and keeps them."""
    insert(shop)
    shop.execute("UPDATE users SET name = 'Ada Lovelace' WHERE id = 91")
    narrow = 'batch.alter_column("name", existing_type=sa.String(20), type_=sa.String(5))'
    found = [one.what for one in rows(shop, BATCH + narrow)]
    name = "SELECT name FROM users WHERE id = 91"
    if "strict_values" not in database.features:
        assert not found
        shop.ok("upgrade")
        assert shop.rows(name) == [("Ada Lovelace",)]
    else:
        assert found == ["users.name VARCHAR(5) would fail: 1 value that does not fit, id 91"]
        assert found[0] in shop.run("upgrade").stderr
        answer = shop.run("upgrade", "--no-preflight")
        assert "The upgrade of revision r2 failed" in answer.stderr


def test_texts_that_are_no_uuids(shop: Shop, database: Database) -> None:
    """No application could read them afterwards: refused also where the database takes them."""
    shop.revision("r2", "r1", BATCH + 'batch.alter_column("name", type_=sa.String(50))')
    shop.ok("upgrade")
    shop.execute(f"INSERT INTO users (id, name) VALUES (3, '{'g' * 32}'), (4, '{UUID}')")
    shop.execute("UPDATE users SET name = NULL WHERE id = 1")
    other = 'batch.alter_column("name", existing_type=sa.String(50), type_=sa.Uuid())'
    shop.revision("r3", "r2", BATCH + other)
    found = [one.what for one in rows_of_plan(shop)]
    if "enum_types" in database.features:
        assert not found, "PostgreSQL converts nothing to UUIDs without being told how"
        return
    (words,) = found
    assert words.endswith("would fail: 2 values that don't fit, ids 2, 3")
    assert words in shop.run("upgrade").stderr
    shop.execute("DELETE FROM users WHERE id IN (2, 3)")
    shop.ok("upgrade")


COMES_BACK = """
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("boss", sa.Integer, nullable=False, server_default="0"))
        batch.create_check_constraint("ck_boss", "boss > 0")
        batch.create_unique_constraint("uq_boss", ["boss"])
        batch.create_foreign_key("fk_boss", "bosses", ["boss"], ["id"])
"""


def test_a_column_that_comes_back(shop: Shop, database: Database) -> None:
    """What rows get in it may not do: a downgrade is refused before anything of it runs."""
    bosses = 'op.create_table("bosses", sa.Column("id", sa.Integer, primary_key=True))'
    shop.revision("r2", "r1", bosses, downgrade="op.drop_table('bosses')")
    shop.revision("r3", "r2", "pass", downgrade=COMES_BACK)
    shop.ok("upgrade")
    answer = shop.run("downgrade")
    assert answer.exit_code == 1
    said = ["CHECK ck_boss would fail: 2 violations", "boss UNIQUE would fail: 1 duplicate"]
    if "strict_values" in database.features:
        said.append("boss FOREIGN KEY would fail: 2 orphans, ids 1, 2")
    assert not [words for words in said if words not in answer.stderr], answer.stderr
    assert "flask db downgrade --no-preflight" in answer.stderr
    with shop.context():
        columns = sa.inspect(shop.db.engine).get_columns("users")
    assert "boss" not in [column["name"] for column in columns]
    shop.execute("DELETE FROM users")
    shop.ok("downgrade")


def test_orphans(shop: Shop, database: Database) -> None:
    """Rows that refer to nothing; SQLite takes them as long as it does not check foreign keys."""
    insert(shop)
    said = ["users.age FOREIGN KEY would fail: 4 orphans, ids 1, 2, 4, …"]
    if "strict_values" not in database.features:
        assert not rows(shop, BATCH + REFERS)
        with shop.context():
            sa.event.listen(shop.db.engine, "connect", switch_on)
            shop.db.engine.dispose()
    assert [one.what for one in rows(shop, BATCH + REFERS)] == said
    assert said[0] in shop.run("upgrade").stderr
    answer = shop.run("upgrade", "--no-preflight")
    assert "The upgrade of revision r2 failed" in answer.stderr
    shop.execute("UPDATE users SET age = 1")
    shop.ok("upgrade")


def switch_on(raw: Any, _record: object) -> None:
    raw.execute("PRAGMA foreign_keys = ON")


def test_an_earlier_step_repairs(shop: Shop) -> None:
    """After a step that writes to the table a finding is not certain, and stops nothing."""
    insert(shop)
    shop.revision("r2", "r1", 'op.execute("DELETE FROM users WHERE id > 2")')
    shop.revision("r3", "r2", BATCH + UNIQUE)
    (found,) = rows_of_plan(shop)
    assert not found.is_certain
    assert "unless an earlier step repairs them" in shop.ok("plan").stdout
    shop.ok("upgrade")


def test_an_earlier_step_fills(shop: Shop) -> None:
    """Where every NULL gets a value before, none is in the way, and nothing is said of any."""
    insert(shop)
    fills = "UPDATE users SET name = 'x' WHERE name IS NULL"
    shop.revision("r2", "r1", f'op.execute("{fills}")')
    shop.revision("r3", "r2", BATCH + NOT_NULL)
    assert not rows_of_plan(shop)
    assert "would fail" not in shop.ok("upgrade").stderr


@pytest.mark.parametrize(
    ("condition", "is_certain"),
    [("age IS NULL", True), ("age < (SELECT max(id) FROM users) AND name IS NULL", False)],
)
def test_an_earlier_step_fills_some(shop: Shop, condition: str, is_certain: bool) -> None:
    """What a plain UPDATE leaves is known; of any other it is as uncertain as of a DELETE."""
    insert(shop)
    fills = f"UPDATE users SET name = 'x' WHERE {condition}"
    shop.revision("r2", "r1", f'op.execute("{fills}")')
    shop.revision("r3", "r2", BATCH + NOT_NULL)
    (found,) = rows_of_plan(shop)
    assert found.is_certain is is_certain
    assert shop.run("upgrade").exit_code == 1


@pytest.mark.parametrize("name", ["age", "a b"])
def test_a_check_of_what_a_column_becomes(shop: Shop, name: str) -> None:
    """A number is compared in another way than its text, which is not there yet."""
    column = f"sa.Column('{name}', sa.Integer())"
    key = "sa.Column('id', sa.Integer(), primary_key=True)"
    shop.revision("r2", "r1", f"op.create_table('odd', {key}, {column})")
    shop.ok("upgrade")
    with shop.context():
        quoted = shop.db.engine.dialect.identifier_preparer.quote(name)
    shop.execute(f"INSERT INTO odd (id, {quoted}) VALUES (1, 0)")
    retyped = f'batch.alter_column("{name}", existing_type=sa.Integer(), type_=sa.String(20))'
    checked = f'batch.create_check_constraint("ck_odd", sa.column("{name}") != "x")'
    shop.revision("r3", "r2", f"{BATCH.replace('users', 'odd')}{retyped}\n    {checked}")
    assert not rows_of_plan(shop)
    shop.ok("upgrade")


def test_another_table_is_written(shop: Shop) -> None:
    """What an earlier step does to a table that has nothing to do with it repairs nothing."""
    insert(shop)
    shop.execute("CREATE TABLE logs (id INTEGER PRIMARY KEY)")
    shop.revision("r2", "r1", 'op.execute("DELETE FROM logs")')
    shop.revision("r3", "r2", BATCH + UNIQUE)
    (found,) = rows_of_plan(shop)
    assert found.is_certain


def test_what_the_run_makes(shop: Shop) -> None:
    """Columns and tables that are new or renamed in the run have no rows to look at."""
    insert(shop)
    shop.revision(
        "r2",
        "r1",
        """
        op.add_column("users", sa.Column("code", sa.String(5)))
        op.create_table("posts", sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(20)))
        op.create_index("ux_code", "users", ["code"], unique=True)
        op.create_index("ux_post", "posts", ["name"], unique=True)
        """,
    )
    assert not rows_of_plan(shop)


MARK = 'op.add_column("users", sa.Column("mark", sa.Integer))'


def columns(shop: Shop) -> int:
    """How many columns there are: whether anything was run."""
    return len(shop.rows("SELECT * FROM users")[0])


def test_an_upgrade_stops_before_anything_runs(shop: Shop) -> None:
    """Also what comes before the step that would fail is not run."""
    insert(shop)
    shop.revision("r2", "r1", MARK)
    shop.revision("r3", "r2", BATCH + UNIQUE)
    before = columns(shop)
    answer = shop.run("upgrade")
    assert answer.exit_code == 1
    assert "users.name UNIQUE would fail: 2 duplicates, ids 4, 91." in answer.stderr
    assert "r3.py" in answer.stderr
    assert (columns(shop), shop.ok("current").stdout[:2]) == (before, "r1")
    with shop.context(), pytest.raises(flask_godwit.RowsInTheWay):
        flask_godwit.upgrade()


@pytest.mark.parametrize("way", ["option", "setting"])
def test_no_preflight(shop: Shop, way: str) -> None:
    """Without it, revisions run until one fails."""
    insert(shop)
    shop.revision("r2", "r1", MARK)
    shop.revision("r3", "r2", BATCH + UNIQUE)
    before = columns(shop)
    url = shop.app.config["SQLALCHEMY_DATABASE_URI"]
    with closing(Shop(shop.root, url=url, config={"GODWIT_PREFLIGHT": way == "option"})) as other:
        answer = other.run("upgrade", *(["--no-preflight"] if way == "option" else []))
    assert "The upgrade of revision r3 failed" in answer.stderr
    assert columns(shop) == before + 1


def test_an_upgrade_that_repairs(shop: Shop) -> None:
    """What an earlier step may repair is a warning, and the upgrade succeeds."""
    insert(shop)
    shop.revision("r2", "r1", 'op.execute("DELETE FROM users WHERE id > 2")')
    shop.revision("r3", "r2", BATCH + UNIQUE)
    answer = shop.ok("upgrade")
    assert "ids 4, 91, unless an earlier step repairs them" in answer.stderr


@pytest.mark.parametrize(
    "line", ["print('once')", "op.get_bind()", "import os", "from pathlib import Path"]
)
def test_a_script_that_does_more(shop: Shop, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that may do something outside of the database is not executed beforehand."""
    insert(shop)
    shop.revision("r2", "r1", f"{line}\n{BATCH}{UNIQUE}")
    with shop.context(), pytest.raises(flask_godwit.MigrationFailed):
        flask_godwit.upgrade()
    assert capsys.readouterr().out.count("once") == ("once" in line)


def test_tables_called_like_the_version_table(tmp_path: Path, database: Database) -> None:
    """A short name of the version table hides no table of the application."""
    with closing(Shop(tmp_path, url=database.url, version_table="use")) as shop:
        shop.revision("r1", None, USERS)
        shop.ok("upgrade")
        insert(shop)
        shop.revision("r2", "r1", BATCH + UNIQUE)
        answer = shop.run("upgrade")
        assert "users.name UNIQUE would fail: 1 duplicate, id 91." in answer.stderr
        assert "Nothing was run." in answer.stderr


@pytest.mark.parametrize("database_kind", [POSTGRESQL], ids=str)
def test_a_question_that_takes_too_long(shop: Shop, database: Database) -> None:
    """Nobody knows then whether rows are in the way: it is said, and refuses nothing."""
    slow = BATCH + 'batch.create_check_constraint("ck", "age < 999 AND pg_sleep(1) IS NOT NULL")'
    shop.revision("r2", "r1", slow)
    url = shop.app.config["SQLALCHEMY_DATABASE_URI"]
    with closing(Shop(shop.root, url=url, config={"GODWIT_PREFLIGHT_SECONDS": 0.3})) as other:
        answer = other.ok("upgrade")
    assert "users CHECK ck was not looked at: that takes longer than 0.3 s." in answer.stderr
