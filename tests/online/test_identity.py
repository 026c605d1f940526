"""A large table of PostgreSQL gets a column that counts, while others insert rows."""

from __future__ import annotations

import pytest

from tests.databases import POSTGRESQL, PSYCOPG, Database
from tests.engine.revisions import write_revision, write_revisions
from tests.online.asking import client, execute, rows
from tests.projects import Project

TABLES = """
op.create_table("it's", sa.Column("id", sa.Integer, primary_key=True))
op.execute('INSERT INTO "it\\'s" SELECT n FROM generate_series(1, 5000) n')
op.execute("CREATE TABLE IF NOT EXISTS divisor AS SELECT 0 AS n")
"""
ADDED = """
counted = sa.Identity(always=True, minvalue=10, cache=3)
op.add_column("it's", sa.Column("No", sa.BigInteger, counted, unique=True))
falling = sa.Identity(increment=-2)
op.add_column("it's", sa.Column("down", sa.Integer, falling))
op.execute("UPDATE divisor SET n = 1 / n")
"""
COLUMNS = """
    SELECT a.attnum, a.attname::text, a.attidentity::text, a.attnotnull, a.atthasdef,
        s.seqrelid::regclass::text, s.seqtypid, s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
        s.seqcache, s.seqcycle, c.relacl::text, d.deptype::text
    FROM pg_attribute a
    LEFT JOIN pg_depend d ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
        AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        AND d.objid IN (SELECT seqrelid FROM pg_sequence)
    LEFT JOIN pg_sequence s ON s.seqrelid = d.objid
    LEFT JOIN pg_class c ON c.oid = s.seqrelid
    WHERE a.attrelid = '"it''s"'::regclass AND a.attnum > 0 ORDER BY 1
"""
OBJECTS = """
    SELECT relname::text, relkind::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'it''s%' ORDER BY 1
"""
INSERT = """INSERT INTO "it's" SELECT coalesce(max(id), 0) + 1 FROM "it's" """

pytestmark = pytest.mark.parametrize("database_kind", [POSTGRESQL, PSYCOPG], ids=str)


def test_the_same_column_as_at_once(project: Project, database: Database) -> None:
    """Each row has a number of its own, those that came meanwhile too, though it was cut off."""
    setting = 'app.config["GODWIT_SMALL_TABLE_ROWS"] = 1000\napp.config.from_prefixed_env()\n'
    project.replace("app.py", "db = SQLAlchemy(app)", f"{setting}db = SQLAlchemy(app)")
    write_revisions(project, TABLES)
    project.invoke("db", "upgrade")
    write_revision(project, 2, ADDED)
    plan = project.invoke("db", "plan").stdout
    assert "ADD GENERATED ALWAYS AS IDENTITY" in plan
    assert "serial-column-rewrites" not in plan
    assert "not-understood" not in plan
    assert "starts-at-one" not in plan
    with client(database, INSERT):
        assert project.invoke("db", "upgrade", check=False).code == 1
        execute(database, "UPDATE divisor SET n = 1")
        project.invoke("db", "upgrade")
    safe = rows(database, COLUMNS), rows(database, OBJECTS)
    execute(database, INSERT)
    counted = """count(DISTINCT "No") = count(*) AND count(DISTINCT down) = count(*)"""
    last = """(SELECT "No" FROM "it's" ORDER BY id DESC LIMIT 1)"""
    ends = f"""{last} >= max("No") - 3 AND min("No") = 10"""
    assert rows(database, f"""SELECT {counted}, {ends}, max(down) FROM "it's" """) == [
        (True, True, -1)
    ]
    execute(database, """DROP TABLE "it's" """)
    execute(database, "DROP TABLE alembic_version")
    plain = project.invoke("db", "upgrade", FLASK_GODWIT_ONLINE="false").stdout
    assert "in batches" not in plain
    assert (rows(database, COLUMNS), rows(database, OBJECTS)) == safe
