"""Tables that are not ours are left alone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from flask_godwit.diff.ownership import History

from .conftest import Evolution


def models(*names: str) -> Any:
    return lambda db: [db.Table(n, sa.Column("id", sa.Integer, primary_key=True)) for n in names]


FOREIGN = "CREATE TABLE celery_task (id INTEGER PRIMARY KEY, name VARCHAR(20))"


def test_left_alone_and_listed(evolution: Evolution) -> None:
    """What neither models nor revisions know stays; our own table can be dropped."""
    evolution.begin(models("users", "posts"), FOREIGN, "INSERT INTO celery_task VALUES (1, 'x')")
    check = evolution.now.ok("check")
    assert "Unmanaged, left alone" in check.stderr
    answer = evolution.migrate(models("users"))
    assert answer.exit_code == 0, answer.output
    assert "celery_task" in answer.stderr
    evolution.now.ok("upgrade")
    assert evolution.now.tables() >= {"users", "celery_task"}
    assert "posts" not in evolution.now.tables()
    assert evolution.rows("SELECT name FROM celery_task") == [("x",)]
    assert evolution.now.ok("check", "--json").json["unmanaged"] == ["celery_task"]


def test_ignored(local: Evolution) -> None:
    """`ignore_tables` is for tables that history knows too, and for models."""
    local.begin(models("users", "audit_log"))
    shop = local._shop(models("users", "audit_new"), ignore_tables=["audit_*"])
    assert "No new upgrade operations" in shop.ok("check").stdout


def test_sqlite_virtual_tables(local: Evolution) -> None:
    """Full text search keeps its data in tables of its own."""
    search = "CREATE VIRTUAL TABLE search USING fts5(body)"
    local.begin(models("users"))
    local.now.revision(
        "search", local.now.files[0].stem.partition("-")[2][:12], f"op.execute({search!r})"
    )
    local.now.ok("upgrade")
    assert "No new upgrade operations" in local.now.ok("check").stdout


@pytest.mark.requires("schemas")
def test_partitions(evolution: Evolution) -> None:
    """A partition belongs to its table, whoever made it."""
    evolution.begin(
        models("users"),
        "CREATE TABLE events (day DATE NOT NULL) PARTITION BY RANGE (day)",
        "CREATE TABLE events_2026 PARTITION OF events"
        " FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    )
    evolution.now.ok("check")


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("op.create_table('users', sa.Column('id', sa.Integer))", True),
        ("op.rename_table('people', 'users')", True),
        ("with op.batch_alter_table('users') as batch: pass", True),
        ("op.create_index('ix', 'users', ['name'])", True),
        ("op.create_table(table_name='users')", True),
        ("NAME = 'users'\nop.create_table(NAME)", True),
        ("op.execute('create table if not exists users (id int)')", True),
        ("op.execute('ALTER TABLE old RENAME TO users')", True),
        ("Base.metadata.create_all(op.get_bind())", True),
        ("op.create_table('posts', sa.Column('users', sa.Integer))", False),
        ("op.create_index('users', 'posts', ['name'])", False),
        ("op.execute('DELETE FROM posts -- users')", False),
        ("# users", False),
    ],
)
def test_history(tmp_path: Any, source: str, known: bool) -> None:
    """A table is ours when a revision makes, renames or changes it; not when it is only named."""
    file = tmp_path / "revision.py"
    file.write_text(source)
    assert bool(History(lambda: (str(file),)).has({(None, "users")})) is known


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("op.create_table('users', schema='crm')", True),
        ("op.create_table('users', schema=SCHEMA)", True),
        ("op.execute('CREATE TABLE crm.users (id int)')", True),
        ("op.create_table('users')", False),
        ("op.create_table('users', schema='erp')", False),
    ],
)
def test_history_of_schemas(tmp_path: Any, source: str, known: bool) -> None:
    """A table of another schema is not ours for having the name of one that is."""
    file = tmp_path / "revision.py"
    file.write_text(source)
    assert bool(History(lambda: (str(file),)).has({("crm", "users")})) is known


@pytest.mark.requires("schemas")
def test_schemas_of_ours(evolution: Evolution) -> None:
    """Without an option the schemas are compared that models or revisions name, and no others."""

    def leads(*columns: str) -> Any:
        def models(db: Any) -> None:
            db.Table("users", sa.Column("id", sa.Integer, primary_key=True))
            if columns:
                db.Table("lead", *(sa.Column(c, sa.String(9)) for c in columns), schema="crm")

        return models

    with evolution.database.engine() as engine, engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA crm")
        connection.exec_driver_sql("CREATE SCHEMA auth")
        connection.exec_driver_sql("CREATE TABLE auth.users (id INTEGER)")
        connection.exec_driver_sql("CREATE TABLE crm.users (id INTEGER)")
    evolution.begin(leads("name"))
    evolution.now.ok("check")
    answer = evolution.migrate(leads("name", "phone"))
    assert "crm.lead.phone" in answer.stdout
    evolution.now.ok("upgrade")
    evolution.now.ok("check")
    answer = evolution.migrate(leads())
    assert "- table crm.lead" in answer.stdout, answer.output
    evolution.now.ok("upgrade")
    assert "crm.users" in evolution.now.ok("check").stderr
    assert "auth.users" not in evolution.now.ok("check").stderr


@pytest.mark.requires("schemas")
def test_default_schema_named(evolution: Evolution) -> None:
    """Models may name the schema that is the default one, and keys that lead into it."""

    def named(*columns: str) -> Any:
        def models(db: Any) -> None:
            first = sa.Column("id", sa.Integer, primary_key=True)
            more = (sa.Column(name, sa.String(9)) for name in columns)
            db.Table("users", first, *more, schema="public")
            key = sa.Column("id", sa.ForeignKey("public.users.id"), primary_key=True)
            db.Table("profile", key, schema="public")

        return models

    evolution.begin(named("name"))
    evolution.now.ok("check")
    answer = evolution.follow(named("name", "phone"))
    assert answer.stdout.count("column") == 1
    evolution.back(named("name"))
