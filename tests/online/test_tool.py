"""pt-online-schema-change makes the copies that the server would make while writers wait."""

from __future__ import annotations

import re
import shutil

import pytest

from flask_godwit.dialects.mysql_widening import holds_all
from tests.databases import MARIADB, MYSQL, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.online.asking import execute, rows
from tests.projects import Project

TABLES = """
op.create_table(
    "item",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(40), unique=True),
    sa.Column("qty", sa.Integer, nullable=False, server_default="3", comment="how many"),
)
op.bulk_insert(sa.table("item", sa.column("name")), [{"name": f"n{n}"} for n in range(300)])
op.execute("ANALYZE TABLE item")
"""
COPIES = """
with op.batch_alter_table("item") as batch:
    batch.alter_column("qty", type_=sa.BigInteger, existing_type=sa.Integer)
    batch.create_check_constraint("ck_qty", "qty > 0")
op.create_table("late", sa.Column("id", sa.Integer))
"""
needs_tool = pytest.mark.skipif(
    not shutil.which("pt-online-schema-change"), reason="percona-toolkit is not installed"
)


@needs_tool
@pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)
def test_the_tool(project: Project, database: Database) -> None:
    """It is called once for each copy, not again by the next run, and never where it would lose
    values: then the server says what is wrong.
    """
    project.environment |= {
        "FLASK_GODWIT_SMALL_TABLE_ROWS": "100",
        "FLASK_GODWIT_ONLINE_TOOL": "pt-online-schema-change",
    }
    project.replace(
        "app.py", "db = SQLAlchemy(app)", "app.config.from_prefixed_env()\ndb = SQLAlchemy(app)"
    )
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    write_revision(project, 2, COPIES)
    execute(database, "CREATE TABLE late (id int)")
    told = project.invoke("db", "upgrade", check=False)
    assert (told.code, told.stdout.count("by pt-online-schema-change")) == (1, 2), told
    execute(database, "DROP TABLE late")
    assert "pt-online" not in project.invoke("db", "upgrade").stdout
    created = str(rows(database, "SHOW CREATE TABLE item")[0][1])
    assert re.search(r"`qty` bigint.* NOT NULL DEFAULT '?3'? COMMENT 'how many'", created)
    assert "CONSTRAINT `ck_qty` CHECK" in created
    assert rows(database, "SELECT count(*), sum(qty) FROM item") == [(300, 900)]
    write_revision(project, 3, 'op.alter_column("item", "name", type_=sa.String(2))')
    refused = project.invoke("db", "upgrade", "--no-preflight", check=False)
    assert refused.code == 1
    assert re.search("Data (too long|truncated)", refused.stderr)
    assert rows(database, "SELECT count(*), max(length(name)) FROM item") == [(300, 4)]


@pytest.mark.parametrize(
    ("old", "new", "holds"),
    [
        ("int", "bigint", True),
        ("int(11) unsigned", "bigint", True),
        ("int unsigned", "int", False),
        ("int", "bigint unsigned", False),
        ("bigint", "int", False),
        ("varchar(40)", "varchar(60)", True),
        ("varchar(40)", "varchar(39)", False),
        ("varchar(40)", "text", True),
        ("varchar(20000)", "text", False),
        ("decimal(8,2)", "decimal(10,2)", True),
        ("decimal(8,2)", "decimal(8,3)", False),
        ("datetime", "datetime(3)", True),
        ("datetime(6)", "datetime", False),
        ("enum('a','b')", "enum('a','b','c')", True),
        ("enum('a','b')", "enum('b','a')", False),
        ("int", "varchar(20)", False),
    ],
)
def test_what_holds_all_values(old: str, new: str, holds: bool) -> None:
    """What is not known to hold every value does not."""
    assert holds_all(old, new) is holds
