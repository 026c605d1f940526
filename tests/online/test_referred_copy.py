"""MySQL, MariaDB: a copy of a table that others refer to, while others write to all of them."""

from __future__ import annotations

import random
import re
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.databases import MARIADB, MYSQL, Database
from tests.engine.revisions import start_upgrade, write_revision
from tests.online.asking import execute, rows
from tests.online.test_own_copy import LEFT, ROWS, large, some_statement, writers
from tests.projects import Project

__all__ = ["large"]

pytestmark = pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)

REFERRING = """
    CREATE TABLE box_{0} (id int PRIMARY KEY);
    CREATE TABLE shop_{0} (id int PRIMARY KEY);
    INSERT INTO box_{0} SELECT id FROM {0} WHERE id <= 200;
    INSERT INTO shop_{0} SELECT id FROM {0} WHERE id <= 200;
    ALTER TABLE {0} ADD COLUMN boss_id int, ADD COLUMN box_id int, ADD COLUMN shop_id int,
        ADD CONSTRAINT fk_boss_{0} FOREIGN KEY (boss_id) REFERENCES {0} (id),
        ADD CONSTRAINT fk_box_{0} FOREIGN KEY (box_id) REFERENCES box_{0} (id) ON DELETE CASCADE,
        ADD CONSTRAINT fk_shop_{0} FOREIGN KEY (shop_id) REFERENCES shop_{0} (id)
            ON DELETE SET NULL ON UPDATE CASCADE;
    CREATE TABLE part_{0} (
        id int PRIMARY KEY AUTO_INCREMENT, item_id int NOT NULL,
        CONSTRAINT fk_part_{0} FOREIGN KEY (item_id) REFERENCES {0} (id)
            {1}
    );
    CREATE TABLE note_{0} (
        id int PRIMARY KEY AUTO_INCREMENT, code varchar(40), item_id int, KEY by_code (code),
        CONSTRAINT fk_note_{0} FOREIGN KEY (code) REFERENCES {0} (code)
            {2},
        CONSTRAINT fk_hold_{0} FOREIGN KEY (item_id) REFERENCES {0} (id)
    );
    INSERT INTO part_{0} (item_id) SELECT id FROM {0} WHERE id % 3 = 0;
    INSERT INTO note_{0} (code, item_id) SELECT code, id FROM {0} WHERE id % 7 = 0;
    UPDATE {0} SET boss_id = 5 WHERE id % 11 = 0;
    UPDATE {0} SET box_id = id % 200 + 1, shop_id = id % 200 + 1
"""
RULES = {
    MYSQL: ("", ""),
    MARIADB: ("ON DELETE CASCADE ON UPDATE CASCADE", "ON DELETE SET NULL ON UPDATE CASCADE"),
}
"""What each copies: on MySQL, REPLACE keeps the rows that refer to a row, and a copy would not."""
KINDS = ("item", "mirror")
KEYS = """
    SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name
    FROM information_schema.key_column_usage
    WHERE table_schema = database() AND referenced_table_name IS NOT NULL ORDER BY 1, 2
"""
SAME = """
    SELECT count(*) FROM item JOIN mirror USING (id)
    WHERE item.code <=> mirror.code AND item.qty = mirror.qty AND item.team_id <=> mirror.team_id
    AND item.boss_id <=> mirror.boss_id AND item.box_id <=> mirror.box_id
    AND item.shop_id <=> mirror.shop_id
"""
TURNED = """
    SELECT table_name, referenced_table_name FROM information_schema.key_column_usage
    WHERE constraint_schema = database() AND constraint_name = '_godwit_fk_note_item'
"""
COPIES = """
op.alter_column(
    "item", "qty", type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False,
    existing_server_default="3", existing_comment="how many",
)
"""


@pytest.fixture
def parent(large: Project, database: Database) -> Project:
    for kind in KINDS:
        if database.kind is MARIADB:
            execute(database, f"ALTER TABLE {kind} DROP COLUMN twice")
        for statement in REFERRING.split(";"):
            execute(database, statement.format(kind, *RULES[database.kind]))
    write_revision(large, 2, COPIES)
    return large


def statement_of(dice: random.Random, seed: int, turn: int) -> str:
    one, new, few = dice.randint(1, ROWS), 10**6 * seed + turn, dice.randint(1, 200)
    return dice.choice(
        (
            some_statement(dice, seed, turn),
            f"INSERT INTO part_{{0}} (item_id) VALUES ({one})",
            f"INSERT INTO note_{{0}} (code, item_id) VALUES ('n{one}', {one})",
            f"UPDATE part_{{0}} SET item_id = {one} WHERE id = {one // 4}",
            f"UPDATE {{0}} SET boss_id = {dice.randint(1, ROWS)} WHERE id = {one}",
            f"UPDATE {{0}} SET id = {new} WHERE id = {one // 3 * 3}",
            f"UPDATE {{0}} SET code = 'c{seed}-{turn}' WHERE id = {one // 7 * 7}",
            f"DELETE FROM {{0}} WHERE id = {one // 3 * 3}",
            f"DELETE FROM box_{{0}} WHERE id = {few}",
            f"REPLACE INTO box_{{0}} (id) VALUES ({few})",
            f"UPDATE {{0}} SET box_id = {few}, shop_id = {few} WHERE id = {one}",
            f"UPDATE shop_{{0}} SET id = {new} WHERE id = {few}",
            f"DELETE FROM shop_{{0}} WHERE id = {few}",
            f"INSERT IGNORE INTO shop_{{0}} (id) VALUES ({few})",
        )
    )


def assert_mirrored(database: Database) -> None:
    """Of all three, the one kind of table has the same rows as the other."""
    count = rows(database, "SELECT count(*) FROM mirror")
    assert rows(database, "SELECT count(*) FROM item") == count
    assert rows(database, SAME) == count
    for table, columns in (("part", "item_id"), ("note", "code, item_id")):
        one, other = (
            rows(database, f"SELECT {columns}, count(*) FROM {table}_{kind} GROUP BY {columns}")
            for kind in KINDS
        )
        assert sorted(map(str, one)) == sorted(map(str, other))


def test_while_others_write(parent: Project, database: Database) -> None:
    """Rows that go along with a row of the table do so, before, after and in between; the foreign
    keys, and the indexes below them, are what they were.
    """
    keys = rows(database, KEYS)
    created = [rows(database, f"SHOW CREATE TABLE {table}_item") for table in ("part", "note")]
    with writers(database, 3, statement_of) as errors:
        told = parent.invoke("db", "upgrade")
    assert told.stdout.count("by a copy that takes its place") == 1, told.stderr
    assert_mirrored(database)
    assert rows(database, KEYS) == keys
    assert without_counter(
        [rows(database, f"SHOW CREATE TABLE {table}_item") for table in ("part", "note")]
    ) == without_counter(created)
    assert "_godwit" not in str(rows(database, "SHOW CREATE TABLE item"))
    assert rows(database, LEFT) == []
    assert [error for error in errors if not is_expected(error)] == []


def test_killed(parent: Project, database: Database) -> None:
    """When one of two tables refers to the copy: both refer to the table again, until the next run
    has made another copy.
    """
    keys = rows(database, KEYS)
    execute(database, "DROP TABLE part_mirror, note_mirror, mirror, box_mirror, shop_mirror")
    with database.engine() as engine, engine.connect() as reader:
        reader.execute(text("SELECT * FROM part_item LIMIT 1"))
        upgrade = start_upgrade(parent)
        while upgrade.poll() is None and not rows(database, TURNED):
            time.sleep(0.02)
        upgrade.kill()
        upgrade.communicate()
    assert rows(database, TURNED) == [("note_item", "_item_godwit_new")]
    with pytest.raises(IntegrityError):
        execute(database, "DELETE FROM item WHERE id = 7")
    parent.invoke("db", "upgrade")
    ours = [key for key in keys if "mirror" not in str(key)]
    assert rows(database, KEYS) == ours
    assert rows(database, LEFT) == []
    with pytest.raises(IntegrityError):
        execute(database, "DELETE FROM item WHERE id = 7")


def test_rows_that_go(large: Project, database: Database) -> None:
    """MySQL's REPLACE keeps what refers to a row, which a copy could not: then none is made."""
    for kind in KINDS:
        for statement in REFERRING.split(";"):
            execute(database, statement.format(kind, *RULES[MARIADB]))
    write_revision(large, 2, COPIES)
    large.environment["FLASK_GODWIT_ENFORCE_SECONDS"] = "0"
    refused = large.invoke("db", "upgrade", check=False)
    assert refused.code == 1
    reasons = {
        MYSQL: "rows of other tables go with its rows",
        MARIADB: "foreign keys of tables with virtual columns are not changed under load",
    }
    assert reasons[database.kind] in refused.stderr


def is_expected(error: str) -> bool:
    """Writers wait for each other. While others refer to the copy already, a trigger's DELETE is
    refused where IGNORE would have passed the row over, and MySQL's REPLACE have kept it.
    """
    refused = "1451" in error and "_godwit_" in error
    return "Deadlock" in error or (refused and ("IGNORE" in error or "REPLACE" in error))


def without_counter(created: object) -> str:
    """What creates tables, whatever their next numbers."""
    return re.sub(r" AUTO_INCREMENT=\d+", "", str(created))
