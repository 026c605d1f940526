"""What `--backup` prints brings everything back, and nothing that came later stays in the way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, inspect, text

from tests.databases import Database
from tests.engine.revisions import write_revision
from tests.ledger.test_backup import backups, restore, upgraded
from tests.projects import Project

TABLES = """
op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(50), unique=True), sa.Column("photo", sa.LargeBinary))
op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("price", sa.Numeric(10, 2)), sa.Column("at", sa.DateTime),
                sa.Column("twice", sa.Numeric(10, 2), sa.Computed("price * 2", persisted=True)),
                sa.Column("parent_id", sa.Integer,
                          sa.ForeignKey("parent.id", name="fk_child_parent")))
photos = sa.table("parent", sa.column("id"), sa.column("name"), sa.column("photo"))
op.bulk_insert(photos, [
    {"id": 1, "name": "Ünï 🎉 'it\\\\'s' \\n ;", "photo": bytes(range(256))},
    {"id": 2, "name": None, "photo": None},
])
op.execute("INSERT INTO child (id, price, at, parent_id) VALUES (1, 1.5, '2024-02-29 12:00:00', 1)")
op.execute("CREATE VIEW prices AS SELECT id, twice FROM child")
"""
TRIGGER = {
    "sqlite": """
op.execute("CREATE TRIGGER nine AFTER INSERT ON child BEGIN"
           " UPDATE child SET price = 9 WHERE id = new.id; END")
""",
    "postgresql": """
op.execute("CREATE SCHEMA own")
op.execute("CREATE TYPE own.mood AS ENUM ('sad', 'happy')")
op.execute("CREATE TABLE own.thing (id SERIAL PRIMARY KEY, mood own.mood)")
op.execute("INSERT INTO own.thing (mood) VALUES ('sad'), ('happy')")
op.execute("CREATE MATERIALIZED VIEW own.moods AS SELECT count(*) AS n FROM own.thing")
op.execute("CREATE FUNCTION nine() RETURNS trigger LANGUAGE plpgsql AS"
           " $$ BEGIN new.price = 9; RETURN new; END $$")
op.execute("CREATE TRIGGER nine BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION nine()")
""",
    "mysql": """
op.execute("CREATE TRIGGER nine BEFORE INSERT ON child FOR EACH ROW SET new.price = 9")
op.execute("CREATE PROCEDURE two() SELECT 2")
op.execute("CREATE FUNCTION three() RETURNS INT DETERMINISTIC RETURN 3")
""",
}
TRIGGER["mariadb"] = TRIGGER["mysql"]

# What is destroyed, and what is made that hangs on what was there.
LATER = """
op.execute("DELETE FROM child")
op.execute("DROP VIEW prices")
op.create_table("grandchild", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("child_id", sa.Integer,
                          sa.ForeignKey("child.id", name="fk_grandchild_child")))
op.execute("INSERT INTO child (id, price) VALUES (7, 7)")
op.execute("INSERT INTO grandchild VALUES (1, 7)")
op.execute("CREATE VIEW names AS SELECT name FROM parent")
"""
LATER_THERE = {
    "sqlite": "",
    "postgresql": """
op.execute("CREATE SCHEMA later")
op.execute("CREATE TYPE later.colour AS ENUM ('red')")
op.execute("CREATE TYPE colour AS ENUM ('red')")
op.execute("CREATE DOMAIN short AS varchar(3)")
op.execute("CREATE FUNCTION four(x own.thing) RETURNS integer LANGUAGE sql AS 'SELECT 4'")
op.execute("CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer)")
op.execute("DROP MATERIALIZED VIEW own.moods")
op.execute("ALTER TYPE own.mood RENAME VALUE 'sad' TO 'blue'")
""",
    "mysql": """
op.execute("DROP PROCEDURE two")
op.execute("CREATE PROCEDURE four() SELECT 4")
""",
}
LATER_THERE["mariadb"] = LATER_THERE["mysql"]


def test_it_is_as_before(project: Project, database: Database) -> None:
    """Rows, views, triggers, routines and types are back, and the same upgrade goes through.

    Without the backup nothing happens at all.
    """
    write_revision(project, 1, TABLES + TRIGGER[database.dialect])
    project.invoke("db", "upgrade")
    write_revision(project, 2, LATER + LATER_THERE[database.dialect])
    with database.engine() as engine:
        before = everything(engine)
        answer = upgraded(project)
        after = everything(engine)
        assert after != before
        (line,) = [line for line in answer.stdout.splitlines() if "to have it back: " in line]
        command = line.partition("to have it back: ")[2]
        (path,) = backups(project)
        away = path.rename(path.with_name("elsewhere"))
        assert restore(project, command, database) != 0
        assert everything(engine) == after
        away.rename(path)
        assert restore(project, command, database) == 0
        assert everything(engine) == before
        project.invoke("db", "upgrade")


def everything(engine: Engine) -> dict[str, Any]:
    """Tables, their rows, and the names of what else there is."""
    inspector = inspect(engine)
    schemas = ["public", "own"] if engine.dialect.name == "postgresql" else [None]
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        for schema in schemas:
            for name in inspector.get_table_names(schema) + inspector.get_view_names(schema):
                full = ".".join(filter(None, [schema, name]))
                rows = connection.execute(text(f"SELECT * FROM {full}")).all()
                columns = str(inspector.get_columns(name, schema))
                found[full] = [columns, sorted(str([*map(_plain, row)]) for row in rows)]
        found["others"] = sorted(connection.scalars(text(_OTHERS[engine.dialect.name])).all())
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


_OTHERS = {
    "sqlite": "SELECT name FROM sqlite_master",
    "mysql": """
        SELECT routine_name FROM information_schema.routines WHERE routine_schema = database()
        UNION ALL
        SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database()
        UNION ALL
        SELECT default_collation_name FROM information_schema.schemata
        WHERE schema_name = database()
    """,
    "postgresql": """
        SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL SELECT typname FROM pg_type WHERE typtype IN ('e', 'd')
        UNION ALL SELECT enumlabel FROM pg_enum
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT matviewname FROM pg_matviews
    """,
}
