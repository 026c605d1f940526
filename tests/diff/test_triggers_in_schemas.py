"""Triggers of tables outside of the default schema, which PostgreSQL names without a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit import Function, Trigger

from .conftest import Evolution

BODY = "BEGIN NEW.a := NEW.a {}; RETURN NEW; END"


def _models(*additions: str, schema: str | None = "apart") -> Callable[[SQLAlchemy], None]:
    """One trigger for each addition; the first of them says what the function adds."""

    def models(db: SQLAlchemy) -> None:
        columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)]
        table = db.Table("t", *columns, schema=schema)
        place = f"{schema}." if schema else ""
        for number, addition in enumerate(additions):
            body = BODY.format(addition)
            Function(
                f"add_{number}",
                db,
                f"CREATE FUNCTION {place}add_{number}() RETURNS trigger LANGUAGE plpgsql"
                f" AS $$ {body} $$",
                schema=schema,
            )
            Trigger(
                f"adds_{number}",
                table,
                f"CREATE TRIGGER adds_{number} BEFORE INSERT ON {place}t FOR EACH ROW"
                f" EXECUTE FUNCTION {place}add_{number}()",
            )

    return models


@pytest.fixture
def apart(evolution: Evolution) -> Iterator[Evolution]:
    """With a schema of its own in both databases."""
    databases = (evolution.database, evolution.reference)
    for database in databases:
        with database.engine() as engine, engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema("apart"))
    yield evolution
    for database in databases:
        with database.engine() as engine, engine.begin() as connection:
            connection.execute(sa.schema.DropSchema("apart", cascade=True))


@pytest.mark.requires("schemas")
def test_from_the_first_to_the_last(apart: Evolution) -> None:
    """Made, changed, dropped, and back."""
    apart.begin(_models("+ 1"), "INSERT INTO apart.t VALUES (1, 1)")
    for models in (_models("+ 2", "+ 3"), _models()):
        assert apart.migrate(models).exit_code == 0
        apart.now.ok("upgrade")
        apart.now.ok("check")
        apart.now.execute("INSERT INTO apart.t SELECT max(id) + 1, 1 FROM apart.t")
    apart.now.ok("downgrade")
    apart.now.execute("INSERT INTO apart.t VALUES (9, 1)")
    rows = [(1, 2), (2, 6), (3, 1), (9, 6)]
    assert apart.rows("SELECT * FROM apart.t ORDER BY id") == rows


@pytest.mark.requires("schemas")
def test_the_table_moves(apart: Evolution) -> None:
    """It comes to another schema, and its trigger with it."""
    apart.begin(_models("+ 1"), "INSERT INTO apart.t VALUES (1, 1)")
    answer = apart.migrate(_models("+ 1", schema=None), "--rename-table", "apart.t:t")
    assert answer.exit_code == 0, answer.output
    apart.now.ok("upgrade")
    apart.now.ok("check")
    apart.now.execute("INSERT INTO t VALUES (2, 1)")
    apart.now.ok("downgrade")
    assert apart.rows("SELECT * FROM apart.t ORDER BY id") == [(1, 2), (2, 2)]


@pytest.mark.requires("schemas")
def test_drop_all(apart: Evolution) -> None:
    """``db.drop_all()`` drops them, too."""
    apart.begin(_models("+ 1"))
    shop = apart.now
    with shop.context():
        shop.db.drop_all()
        shop.db.create_all()
    assert shop.rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == [("adds_0",)]
