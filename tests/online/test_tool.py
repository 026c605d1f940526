"""pt-online-schema-change makes the copies that the server would make while writers wait."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from flask_godwit.dialects.mysql_widening import holds_all
from tests.databases import MARIADB, MYSQL, Database
from tests.engine.revisions import start_upgrade, write_revision, write_revisions
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


PLUGIN = """
package pt_online_schema_change_plugin;
sub new { my ($class, %args) = @_; return bless { %args }, $class; }
sub after_swap_tables { sleep $ENV{SWAPPED} if $ENV{SWAPPED} }
1;
"""
SETTINGS = """
import os
app.config["GODWIT_SMALL_TABLE_ROWS"] = 100
app.config["GODWIT_ONLINE_TOOL"] = "pt-online-schema-change"
app.config["GODWIT_ONLINE_TOOL_OPTIONS"] = [
    "--chunk-time=0", "--chunk-size=100", "--plugin={}",
    "--sleep=" + os.environ.get("COPYING", "0"),
]
"""
STARTED = {
    "copying": "SELECT count(*) FROM `_godwit_my item_new`",
    "swapped": "SELECT count(*) FROM `_my item_old`",
}
LEFT = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = database() AND table_name LIKE '\\_%item%'
    UNION ALL SELECT trigger_name FROM information_schema.triggers
    WHERE trigger_schema = database()
"""


@needs_tool
@pytest.mark.parametrize(
    ("database_kind", "moment", "victims"),
    [
        (MYSQL, "copying", "upgrade"),
        (MYSQL, "swapped", "upgrade and tool"),
        (MARIADB, "copying", "tool"),
        (MARIADB, "swapped", "upgrade and tool"),
    ],
    ids=str,
)
def test_killed(
    project: Project,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    victims: str,
) -> None:
    """The tool does not outlive the upgrade; nothing of it is left in the end, and every row is
    there once, with what others wrote meanwhile.
    """
    plugin = project.write("hold.pm", PLUGIN)
    settings = SETTINGS.format(plugin)
    project.replace("app.py", "db = SQLAlchemy(app)", f"{settings}db = SQLAlchemy(app)")
    write_revisions(project, TABLES.replace('"item"', '"my item"').replace("E item", "E `my item`"))
    project.invoke("db", "upgrade")
    write_revision(project, 2, 'op.alter_column("my item", "qty", type_=sa.BigInteger)')
    with monkeypatch.context() as patch:
        patch.setenv(moment.upper(), "60")
        upgrade = start_upgrade(project)
    wait_for(lambda: has_begun(database, moment) or upgrade.poll() is not None)
    assert upgrade.poll() is None, upgrade.communicate()
    tool = tool_of(upgrade.pid)
    execute(database, "INSERT INTO `my item` (id, name) VALUES (999, 'new')")
    execute(database, "UPDATE `my item` SET qty = 7 WHERE id IN (2, 299)")
    execute(database, "DELETE FROM `my item` WHERE id IN (3, 298)")
    for victim, pid in (("upgrade", upgrade.pid), ("tool", tool)):
        if victim in victims:
            os.kill(pid, signal.SIGKILL)
    told = upgrade.communicate()[1]
    wait_for(lambda: not Path(f"/proc/{tool}").exists())
    if victims == "tool":
        assert "pt-online-schema-change ended with -9" in told
        assert rows(database, LEFT) == []
    project.invoke("db", "upgrade")
    assert rows(database, LEFT) == []
    assert "`qty` bigint" in str(rows(database, "SHOW CREATE TABLE `my item`")[0][1])
    found = "SELECT count(*), count(DISTINCT name), sum(qty), max(id) FROM `my item`"
    assert rows(database, found) == [(299, 299, 299 * 3 + 8, 999)]
    assert rows(database, "SELECT count(*) FROM godwit_journal") == [(0,)]


def has_begun(database: Database, moment: str) -> bool:
    """Whether the tool holds at a moment."""
    try:
        return rows(database, STARTED[moment])[0][0] != 0
    except ProgrammingError:  # no such table yet
        return False


def tool_of(pid: int) -> int:
    """The tool that a process has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = [one for one in children if "--execute" in Path(f"/proc/{one}/cmdline").read_text()]
    return int(found[0])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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
