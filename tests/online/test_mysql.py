"""On MySQL and MariaDB operations take the cheapest algorithm, and lose nothing of a column."""

from __future__ import annotations

import re

import pytest

from tests.databases import MARIADB, MYSQL, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.online.asking import execute, rows
from tests.projects import Project

TABLES = """
op.create_table("team", sa.Column("id", sa.Integer, primary_key=True))
op.execute('''
    CREATE TABLE user (
        id int NOT NULL AUTO_INCREMENT COMMENT 'counts',
        name varchar(50) CHARACTER SET latin1 COLLATE latin1_bin
            DEFAULT 'it''s, 5% \\\\\\\\(' COMMENT 'a''b',
        team_id int, qty int unsigned NOT NULL DEFAULT 1,
        changed timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        born datetime(3) DEFAULT (now(3) + interval 1 day),
        total int AS (qty * 2) VIRTUAL COMMENT 'g',
        PRIMARY KEY (id)
    )
''')
op.execute("INSERT INTO team VALUES (1), (2), (3), (4), (5), (6)")
op.execute('''
    INSERT INTO user (name, team_id) SELECT uuid(), a.id FROM team a, team b, team c, team d
''')
op.execute("ANALYZE TABLE user")
"""
OPERATIONS = """
with op.batch_alter_table("user") as batch:
    batch.add_column(sa.Column("extra", sa.String(20), nullable=False, server_default="x"))
    batch.create_index("ix_name", ["name", "extra"])
    batch.alter_column("name", existing_type=sa.String(50), nullable=False)
    batch.alter_column("name", type_=sa.String(60), new_column_name="title")
    batch.create_unique_constraint("uq_title", ["title"])
    batch.create_foreign_key("fk_team", "team", ["team_id"], ["id"])
    batch.drop_index("ix_name")
    batch.drop_column("extra")
op.alter_column("user", "qty", type_=sa.BigInteger, existing_type=sa.Integer, comment="50% :x")
op.alter_column("user", "changed", nullable=False, existing_type=sa.TIMESTAMP())
op.alter_column("user", "born", nullable=False, existing_type=sa.DateTime())
op.create_check_constraint("ck_qty", "user", "qty > 0")
"""
KEPT = (
    r"`id` int(\(11\))? NOT NULL AUTO_INCREMENT COMMENT 'counts'",
    r"`title` varchar\(60\) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s, 5% ",
    r"\\\\\(' COMMENT 'a''b'",
    r"`qty` bigint(\(20\))? NOT NULL DEFAULT '?1'? COMMENT '50% :x'",
    r"`changed` timestamp NOT NULL DEFAULT (\w|[()])+ ON UPDATE",
    r"`born` datetime\(3\) NOT NULL DEFAULT \(.*\+ interval 1 day",
    r"`total` int(\(11\))? GENERATED ALWAYS AS \(.*\) VIRTUAL COMMENT 'g'",
    r"CONSTRAINT `fk_team` FOREIGN KEY",
)

pytestmark = pytest.mark.parametrize("database_kind", [MYSQL, MARIADB], ids=str)


@pytest.fixture
def users(project: Project) -> Project:
    """A project with a table that counts as large."""
    project.environment["FLASK_GODWIT_SMALL_TABLE_ROWS"] = "100"
    project.replace(
        "app.py", "db = SQLAlchemy(app)", "app.config.from_prefixed_env()\ndb = SQLAlchemy(app)"
    )
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    return project


def test_the_cheapest_algorithm(users: Project, database: Database) -> None:
    """It is asserted, told, and planned before; what a revision did that fails is not done
    again; the schema is the one that the script alone would make, and no column has lost anything.
    """
    before = defined(database)
    execute(database, "CREATE TABLE late (id int)")
    write_revision(users, 2, OPERATIONS + 'op.create_table("late", sa.Column("id", sa.Integer))')
    script = " ".join(users.invoke("db", "plan", "--sql").stdout.split())
    told = users.invoke("db", "upgrade", check=False)
    assert told.code == 1
    for words, clause in re.findall(r"online: (.*?)…?(,? ALGORITHM=.*)", told.stdout):
        planned = re.search(f"{re.escape(words)}.*?;", script)
        assert planned, script
        # Nobody knows before what a column is made of that has a character set of its own.
        assert planned[0].endswith(f"{clause};") or "CHARACTER SET" in planned[0]
    for operation, algorithm in {
        "ADD COLUMN extra": "INSTANT",
        "CREATE INDEX": "(INPLACE|NOCOPY)",
        "MODIFY name .* NOT NULL": "INPLACE",
        "RENAME COLUMN name TO title": "INSTANT",
        "ADD CONSTRAINT uq_title": "(INPLACE|NOCOPY)",
        "ADD CONSTRAINT fk_team": "(INPLACE|NOCOPY|INSTANT)",
        "DROP INDEX ix_name": "(INPLACE|NOCOPY)",
        "DROP COLUMN extra": "INSTANT",
    }.items():
        assert re.search(f"online: .*{operation}.* ALGORITHM={algorithm}", told.stdout)
    copied = "online: .*ADD CONSTRAINT ck_qty.*, by a copy that takes its place"
    assert re.search(copied, told.stdout)
    execute(database, "DROP TABLE late")
    assert "online: " not in users.invoke("db", "upgrade").stdout
    assert rows(database, "SELECT count(*) FROM godwit_journal") == [(0,)]
    safe = defined(database)
    for line in KEPT:
        assert re.search(line, safe), safe
    again(users, database)
    assert defined(database) == before
    write_revision(users, 2, OPERATIONS)
    plain = users.invoke("db", "upgrade", FLASK_GODWIT_ONLINE="false").stdout
    assert "online: " not in plain
    assert defined(database) == safe


def test_orphans(users: Project, database: Database) -> None:
    """A foreign key that rows are in the way of is refused, and nothing is left of it."""
    before = defined(database)
    write_revision(users, 2, 'op.create_foreign_key(None, "user", "team", ["team_id"], ["id"])')
    execute(database, "UPDATE user SET team_id = 77 WHERE id = 5")
    refused = users.invoke("db", "upgrade", "--no-preflight", check=False)
    assert (refused.code, defined(database)) == (1, before)
    assert "team_id: 77" in refused.stderr
    execute(database, "UPDATE user SET team_id = 6 WHERE id = 5")
    assert "online: " in users.invoke("db", "upgrade").stdout
    with pytest.raises(Exception, match="foreign key"):
        execute(database, "UPDATE user SET team_id = 77 WHERE id = 5")


def again(users: Project, database: Database) -> None:
    """Begin anew, from the first revision."""
    for table in ("user", "team", "alembic_version"):
        execute(database, f"DROP TABLE {table}")
    users.files("migrations/versions/r2.py")[0].unlink()
    users.invoke("db", "upgrade")


def defined(database: Database) -> str:
    """The table, without what it counts."""
    created = str(rows(database, "SHOW CREATE TABLE user")[0][1])
    return re.sub(r" AUTO_INCREMENT=\d+", "", created)
