"""Views that a revision replaces by hand, also where the database can't do it by itself."""

from __future__ import annotations

from pathlib import Path

from tests.core.apps import Shop
from tests.databases import Database

VIEW = """
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)))
    op.create_view("names", "SELECT name FROM users WHERE id > 0")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TRIGGER added INSTEAD OF INSERT ON names BEGIN"
            " INSERT INTO users (name) VALUES (new.name || ' \\\\:x %'); END")
    else:
        op.execute("INSERT INTO users (id, name) VALUES (1, 'Ada \\\\:x %')")
    op.create_view("more", "SELECT name FROM names")
"""
REPLACED = """
    op.replace_view("names", "CREATE OR REPLACE VIEW names AS SELECT name FROM users WHERE id < 9")
"""


def test_replaced_by_hand(tmp_path: Path, database: Database) -> None:
    """The view gets its new query; a trigger of it and a view that reads it stay, and work."""
    shop = Shop(tmp_path, url=database.url)
    shop.revision("r1", None, VIEW)
    back = 'op.replace_view("names", "SELECT name FROM users WHERE id > 0")'
    shop.revision("r2", "r1", REPLACED, downgrade=back)
    shop.ok("upgrade")
    if database.dialect == "sqlite":
        shop.execute("INSERT INTO names VALUES ('Ada')")
    assert shop.rows("SELECT name FROM more") == [("Ada :x %",)]
    shop.ok("downgrade")
    shop.execute("INSERT INTO users (id, name) VALUES (10, 'Bob')")
    assert len(shop.rows("SELECT name FROM more")) == 2
    shop.ok("upgrade")
    assert shop.rows("SELECT name FROM more") == [("Ada :x %",)]
    shop.close()
