"""A `%` in a statement is a `%` in the database, whatever the driver makes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.databases import Database

from .apps import Shop

UP = """
op.create_table(
    "item",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rate", sa.String(20), server_default="5%s"),
    sa.Column("n%", sa.Integer),
    sa.Column("m", sa.Integer, server_default="7"),
    sa.CheckConstraint("rate LIKE '%5%'", name="ck%"),
    comment="50%s",
)
op.bulk_insert(
    sa.table("item", sa.column("id", sa.Integer), sa.column("rate"), sa.column("n%")),
    [{"id": 1, "rate": "5%d", "n%": 7}],
)
op.execute("UPDATE item SET rate = '%5%%' WHERE rate LIKE '5%'")
op.backfill("item", {"n%": sa.literal_column("id % 5 + 2")}, where="rate LIKE '%5%' AND id % 2 = 1")
op.alter_column("item", "rate", existing_type=sa.String(20), server_default=sa.text("'5%(a)s'"))
op.alter_column("item", "rate", existing_type=sa.String(20), comment="%(b)s")
op.alter_column("item", "n%", existing_type=sa.Integer, new_column_name="m%s")
op.add_column("item", sa.Column("a", sa.Integer, sa.Computed("m % 5", persisted=True)))
op.create_index("i%s", "item", ["m%s"], postgresql_where=sa.text("rate LIKE '5%'"))
op.create_unique_constraint("u%s", "item", ["m%s"])
op.create_check_constraint("ck%s", "item", "m % 7 < 5")
op.create_view("v%s", "SELECT id, id % 5 AS m FROM item WHERE rate LIKE '%5%'")
"""
USING = """
op.create_table("rate", sa.Column("a%s", sa.String(20)), sa.Column("b", sa.String(20)))
op.execute("INSERT INTO rate VALUES ('50%', '50%')")
op.alter_column("rate", "a%s", type_=sa.Integer, postgresql_using=\"\"\"trim("a%s", '%')::int\"\"\")
op.alter_column("rate", "b", type_=sa.Integer, postgresql_using="trim(b, '%%')::int")
"""


def test_percent_is_percent(database: Database, shop: Callable[..., Shop]) -> None:
    """In defaults, CHECKs, comments, names, rows, views, predicates and computed columns."""
    app = shop(None, url=database.url)
    app.revision("a1", None, UP)
    app.ok("upgrade")
    assert app.rows("SELECT rate, id, a FROM item") == [("%5%%", 1, 2)]
    with database.engine() as engine, engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO item (id) VALUES (2)")
        inspector = sa.inspect(connection)
        found = [inspector.get_columns("item"), inspector.get_check_constraints("item")]
        found += [inspector.get_indexes("item"), inspector.get_view_names()]
        assert "%%" not in repr(found)
        assert {c["name"] for c in inspector.get_columns("item")} == {"id", "rate", "m", "m%s", "a"}
        assert list(connection.execute(sa.text("SELECT rate FROM item WHERE id = 2"))) == [
            ("5%(a)s",)
        ]
    app.revision("a2", "a1", "op.execute(\"SELECT '5%' FROM nowhere\")")
    assert "statement: SELECT '5%' FROM nowhere" in app.run("upgrade").output


@pytest.mark.requires("transactional_ddl", "schemas")
def test_percent_in_using(database: Database, shop: Callable[..., Shop]) -> None:
    """What converts a column may have one; doubled, as Alembic wants it, it means the same."""
    app = shop(None, url=database.url)
    app.revision("a1", None, USING)
    app.ok("upgrade")
    assert app.rows("SELECT * FROM rate") == [(50, 50)]
    assert "trim(b, '%%')" in app.ok("upgrade", "--sql").stdout
