"""Views, functions and triggers that the models declare: made, changed, dropped, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import Function, SettingsError, Trigger, View
from flask_godwit.diff.objects.wanted import may_declare
from tests.core.apps import Answer, Models
from tests.diff.conftest import Evolution

PROVED = "Proved: upgrade, downgrade, no further changes"
SQLITE = """
    CREATE TRIGGER shout AFTER INSERT ON users
    BEGIN
        UPDATE users SET name = upper(name) || ':a  %s' WHERE id = new.id;
    END
"""
MYSQL = "CREATE TRIGGER shout BEFORE INSERT ON users FOR EACH ROW SET new.name = upper(new.name)"
POSTGRESQL = "CREATE TRIGGER shout BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout()"
FUNCTION = """
    CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.name := upper(NEW.name) || '%s'::text;
        RETURN NEW;
    END
    $$
"""


def users(db: SQLAlchemy, length: int = 20, **columns: sa.types.TypeEngine[str]) -> sa.Table:
    """One table, from which the views read."""
    return db.Table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(length)),
        sa.Column("age", sa.Integer),
        *(sa.Column(name, type_) for name, type_ in columns.items()),
    )


def declared(db: SQLAlchemy, length: int = 20, ending: str = ":", age: int = 17) -> None:
    """Two views, one of which reads the other, and a trigger on each database."""
    table = users(db, length)
    grown = View("grown", db, sa.select(table.c.id, table.c.name).where(table.c.age > age))
    View("names", db, sa.select(grown.c.name).where(grown.c.name.like("A%")))
    Function("shout", db, FUNCTION % ending, dialects="postgresql")
    Trigger("shout", table, POSTGRESQL, dialects="postgresql")
    Trigger("shout", table, MYSQL, dialects=("mysql", "mariadb"))
    Trigger("shout", table, SQLITE % ending, dialects="sqlite")


def follow(evolution: Evolution, models: Models, *arguments: str) -> Answer:
    """Write the migration, prove it on a scratch database, apply it; nothing is left to do."""
    answer = evolution.migrate(models, *arguments)
    assert answer.exit_code == 0, answer.output
    assert PROVED in answer.output
    evolution.now.ok("upgrade")
    assert evolution.now.ok("check").output == "No new upgrade operations detected.\n"
    return answer


def changes(answer: Answer) -> list[str]:
    return [line for line in answer.stdout.splitlines() if line[:2] in ("+ ", "- ", "~ ")]


def test_from_the_first_to_the_last(evolution: Evolution) -> None:
    """They are made with their table, change with a column that they read, and are dropped."""
    evolution.begin(declared, "INSERT INTO users VALUES (1, 'anna', 30)")
    assert evolution.rows("SELECT name FROM names")[0][0].startswith("ANNA")
    answer = follow(evolution, lambda db: declared(db, 40, "!", 29))
    assert {"~ users.name: String(20) -> String(40)", "~ view grown"} <= set(changes(answer))
    assert "view names" not in answer.stdout
    evolution.now.execute("INSERT INTO users VALUES (2, 'ada', 28)")
    assert [name[:4] for (name,) in evolution.rows("SELECT name FROM names")] == ["ANNA"]
    answer = follow(evolution, users)
    assert {"- view names", "- view grown", "- trigger shout on users"} <= set(changes(answer))
    assert "- view" not in evolution.now.ok("downgrade").output
    assert [name[:4] for (name,) in evolution.rows("SELECT name FROM names")] == ["ANNA"]


def test_events_of_any_kind(evolution: Evolution) -> None:
    """DDL, a function that listens, a statement that is not ours: all are followed."""

    def before(db: SQLAlchemy) -> None:
        users(db)
        sa.event.listen(
            db.metadata, "after_create", sa.DDL("CREATE VIEW grown AS SELECT name AS n FROM users")
        )

    def after(db: SQLAlchemy) -> None:
        users(db, nick=sa.String(9))

        @sa.event.listens_for(db.metadata, "after_create")
        def make(_target: object, connection: sa.Connection, **_: object) -> None:
            connection.execute(sa.text("CREATE VIEW grown AS SELECT nick AS n FROM users"))
            connection.execute(sa.text("CREATE VIEW all_ids AS SELECT id FROM users"))

    evolution.begin(before)
    answer = follow(evolution, after)
    assert changes(answer)[1:] == ["~ view grown", "+ view all_ids"]
    evolution.now.ok("downgrade")
    evolution.rows("SELECT n FROM grown")


def test_renames(evolution: Evolution) -> None:
    """A view follows the table and the column that it reads."""

    def before(db: SQLAlchemy) -> None:
        table = users(db)
        View("grown", db, sa.select(table.c.name.label("n")).where(table.c.age > 17))

    def after(db: SQLAlchemy) -> None:
        table = db.Table(
            "people",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String(20), info={"renamed_from": "name"}),
            sa.Column("age", sa.Integer),
        )
        View("grown", db, sa.select(table.c.title.label("n")).where(table.c.age > 17))

    evolution.begin(before, "INSERT INTO users VALUES (1, 'anna', 30)")
    follow(evolution, after, "--rename-table", "users:people")
    assert evolution.rows("SELECT n FROM grown") == [("anna",)]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT n FROM grown") == [("anna",)]


def test_what_nobody_declares_stays(evolution: Evolution) -> None:
    """A view by hand, and one by a revision written by hand, are no business of the models."""
    evolution.begin(users)
    evolution.now.execute("CREATE VIEW by_hand AS SELECT id FROM users")
    evolution.now.revision(
        "old",
        evolution.now.files[0].stem.partition("-")[2][:12],
        "op.execute('CREATE VIEW old AS SELECT age FROM users')",
        downgrade="op.execute('DROP VIEW old')",
    )
    evolution.now.ok("upgrade")
    check = evolution.now.ok("check")
    assert "Unmanaged, left alone" in check.output
    assert "view by_hand, view old" in check.output


@pytest.mark.requires("schemas")
def test_in_the_way(evolution: Evolution) -> None:
    """PostgreSQL holds a column that a view reads: our history's makes way, others' do not."""
    evolution.begin(users)
    evolution.now.revision(
        "old",
        evolution.now.files[0].stem.partition("-")[2][:12],
        "op.execute('CREATE VIEW old AS SELECT name FROM users')",
        downgrade="op.execute('DROP VIEW old')",
    )
    evolution.now.ok("upgrade")
    answer = evolution.migrate(lambda db: users(db, 40))
    assert answer.exit_code == 0, answer.output
    assert PROVED in answer.output
    assert "op.create_view" not in evolution.script
    evolution.now.ok("upgrade")
    assert "~" not in evolution.now.ok("check").output
    evolution.now.execute("CREATE VIEW by_hand AS SELECT name FROM old")
    answer = evolution.migrate(lambda db: users(db, 60))
    assert answer.exit_code == 1
    assert "The view by_hand depends on view old, which PostgreSQL does not let" in answer.output


@pytest.mark.requires("schemas")
def test_of_postgresql_only(evolution: Evolution) -> None:
    """Materialized views with their indexes, functions that tables need, other schemas."""

    def before(db: SQLAlchemy) -> None:
        table = users(db)
        View("sizes", db, sa.select(table.c.id, table.c.age), materialized=True)
        sa.event.listen(
            db.metadata, "after_create", sa.DDL("CREATE UNIQUE INDEX sizes_id ON sizes (id)")
        )
        Function(
            "twice",
            db,
            "CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n'",
        )

    def after(db: SQLAlchemy) -> None:
        before(db)
        Function(
            "seven",
            db,
            "CREATE FUNCTION seven() RETURNS integer LANGUAGE sql AS 'SELECT 7'",
            before_tables=True,
        )
        table = db.metadata.tables["users"]
        table.append_column(sa.Column("size", sa.BigInteger, server_default=sa.text("seven()")))
        table.c.age.type = sa.BigInteger()
        Function(
            "twice",
            db,
            "CREATE FUNCTION twice(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * n'",
        )

    evolution.begin(before, "GRANT SELECT ON sizes TO PUBLIC")
    answer = follow(evolution, lambda db: after(db))
    may_read = "SELECT has_table_privilege('pg_monitor', 'sizes', 'SELECT')"
    assert evolution.rows(may_read) == [(True,)]
    assert "+ function seven()" in changes(answer)
    assert evolution.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'sizes'") == [
        ("sizes_id",)
    ]
    evolution.now.ok("downgrade")
    assert evolution.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'sizes'") == [
        ("sizes_id",)
    ]


def test_create_all(evolution: Evolution) -> None:
    """The models make and drop them without a migration, however often."""
    shop = evolution._shop(declared)
    with shop.context():
        for _ in range(2):
            shop.db.create_all()
        view = next(iter(shop.db.metadata.dispatch.after_create)).__self__
        with shop.db.engine.begin() as connection:
            connection.execute(
                sa.insert(shop.db.metadata.tables["users"]).values(id=1, name="ada", age=30)
            )
            assert [row.id for row in connection.execute(sa.select(view))] == [1]
        for _ in range(2):
            shop.db.drop_all()
        assert not sa.inspect(shop.db.engine).get_view_names()


@pytest.mark.skipif(not hasattr(sa.schema, "CreateView"), reason="since SQLAlchemy 2.1")
def test_sqlalchemys_own(evolution: Evolution) -> None:
    """``CreateView`` stands among the tables, and is a view for all that."""

    def viewed(db: SQLAlchemy, age: int) -> None:
        table = users(db)
        sa.schema.CreateView(  # type: ignore[attr-defined]
            sa.select(table.c.id).where(table.c.age > age), "grown", metadata=db.metadata
        )

    evolution.begin(lambda db: viewed(db, 17))
    answer = follow(evolution, lambda db: viewed(db, 20))
    assert changes(answer) == ["~ view grown"]


def test_a_wrong_declaration(tmp_path: Path) -> None:
    """It is said where it is made."""
    metadata = sa.MetaData()
    with pytest.raises(SettingsError, match="needs the statement that makes it"):
        Function("touch", metadata, "SELECT 1")
    with pytest.raises(SettingsError, match="needs a MetaData"):
        View("grown", object(), "SELECT 1")
    with pytest.raises(SettingsError, match="needs a table or a model"):
        Trigger("t", metadata, "CREATE TRIGGER t BEFORE INSERT ON x")


def test_a_scratch_that_fails(evolution: Evolution) -> None:
    """What could not be compared is said, and is not taken for no difference."""

    def models(db: SQLAlchemy) -> None:
        users(db)
        sa.event.listen(db.metadata, "after_create", sa.DDL("CREATE VIEW v AS SELECT nothing FROM"))

    evolution.begin(users)
    answer = evolution.migrate(models)
    assert answer.exit_code == 1
    assert "Views, functions and triggers were not compared: " in answer.output
    assert "Views, functions and triggers were not" in evolution.now.ok("check").output


def test_types_of_sqlalchemy_are_no_declaration() -> None:
    """An enumeration listens to its table as well, and needs no scratch database."""
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("kind", sa.Enum("a", "b", name="kind")))
    assert not may_declare([metadata])
    View("v", metadata, sa.select(table.c.kind))
    assert may_declare([metadata])


@pytest.mark.parametrize("through_another", [False, True])
def test_no_longer_works(local: Evolution, through_another: bool) -> None:
    """SQLite drops no column that a view or trigger of others reads: migrate says so."""

    def kept(db: SQLAlchemy) -> None:
        db.Table(
            "logs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("age", sa.Integer)
        )

    def before(db: SQLAlchemy) -> None:
        users(db)
        kept(db)

    def after(db: SQLAlchemy) -> None:
        kept(db)
        db.Table(
            "users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("nr", sa.Integer)
        )

    writes = "BEGIN INSERT INTO logs (age) VALUES ({}); END"
    local.begin(
        before,
        f"CREATE TRIGGER harmless AFTER INSERT ON users {writes.format('new.id')}",
        "CREATE VIEW name AS SELECT id AS age FROM users",
        "CREATE VIEW broken_before AS SELECT age FROM gone",
    )
    reader = "CREATE VIEW v AS SELECT age FROM users"
    if through_another:
        local.now.execute(reader)
        reader = "CREATE VIEW a AS SELECT * FROM v"
    local.now.execute(reader)
    answer = local.migrate(after)
    assert answer.exit_code == 1
    assert "depends on users.age, and would no longer work" in answer.output or through_another
    assert "The view" in answer.output
    for name in ("a", "v"):
        local.now.execute(f"DROP VIEW IF EXISTS {name}")
    local.now.execute(f"CREATE TRIGGER reads AFTER UPDATE ON users {writes.format('old.age')}")
    answer = local.migrate(after)
    assert answer.exit_code == 1
    assert "The trigger reads depends on users.age" in answer.output
    local.now.execute("DROP TRIGGER reads")
    local.now.execute("DROP VIEW broken_before")
    answer = local.migrate(after)
    assert answer.exit_code == 0, answer.output
    local.now.ok("upgrade")
