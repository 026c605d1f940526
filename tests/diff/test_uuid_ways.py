"""UUIDs between their own type, and texts with and without dashes, there and back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution
from .pairs_kinds import Guid

ONE = uuid.UUID("11111111-2222-3333-4444-5555555555aa")
NATIVE, PLAIN = sa.Uuid(), sa.Uuid(native_uuid=False)


def _models(kind: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("u", kind))

    return models


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (NATIVE, ONE, PLAIN),
        (PLAIN, ONE, NATIVE),
        (NATIVE, ONE, sa.CHAR(32)),
        (sa.CHAR(32), ONE.hex, NATIVE),
        (sa.String(36), str(ONE), PLAIN),
        (sa.Text(), str(ONE), PLAIN),
        (NATIVE, ONE, Guid()),
        (Guid(), ONE, NATIVE),
        (PLAIN, ONE, Guid()),
        (Guid(), ONE, PLAIN),
    ],
    ids=[
        *("to plain", "from plain", "to CHAR", "from CHAR", "String to plain", "Text to plain"),
        *("to own", "from own", "plain to own", "own to plain"),
    ],
)
def test_there_and_back(evolution: Evolution, before: Any, value: Any, after: Any) -> None:
    """The same UUID is read afterwards, and what was there comes back."""
    evolution.begin(_models(before))
    made = evolution.now.db.metadata.tables["t"]
    with evolution.database.engine() as engine, engine.begin() as connection:
        connection.execute(made.insert(), [{"id": 1, "u": value}, {"id": 2, "u": None}])
    start = evolution.rows("SELECT id, u FROM t ORDER BY id")
    if "No changes" not in evolution.migrate(_models(after)).output:
        evolution.now.ok("upgrade")
        found = evolution.rows("SELECT u FROM t WHERE id = 1")[0][0]
        assert uuid.UUID(str(found)) == ONE
        if isinstance(after, Guid):
            assert str(found) == str(ONE), "as the application looks for it"
        evolution.now.ok("check")
        evolution.now.ok("downgrade")
    assert evolution.rows("SELECT id, u FROM t ORDER BY id") == start
