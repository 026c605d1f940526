"""A shop on each database, with a table that is not small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.apps import Shop
from tests.databases import Database

USERS = """
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)), sa.Column("age", sa.Integer))
    op.create_index("ix_age", "users", ["age"])
"""


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Iterator[Shop]:
    """At revision r1: a table of users, in which every row counts."""
    shop = Shop(tmp_path, url=database.url, config={"GODWIT_SMALL_TABLE_ROWS": 1})
    shop.revision("r1", None, USERS)
    shop.ok("upgrade")
    shop.execute("INSERT INTO users (id, name, age) VALUES (1, 'Ada', 36), (2, 'Bob', 42)")
    yield shop
    shop.close()
