"""UUIDs get a type of their own where there is one, and become texts again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_ID = "7b1c9a3e0d5f4c558a6e2f4f7a3b9c11"
_SAID = """
    SELECT is_nullable, column_default, column_comment FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 't' AND column_name = 'a'
"""


def _models(kind: Any, **options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, **options))

    return models


@pytest.mark.requires("auto_increment", "sequences")
@pytest.mark.parametrize(
    "options",
    [
        {"nullable": False, "index": True},
        {"nullable": False, "comment": "100% it's"},
        {"comment": "who"},
        {"server_default": sa.text(f"'{_ID}'")},
    ],
    ids=["not null", "comment", "nullable", "default"],
)
def test_there_and_back(evolution: Evolution, options: dict[str, Any]) -> None:
    """A column keeps NOT NULL, its default and its comment, and so do its values."""
    with evolution.database.engine() as engine, engine.connect() as connection:
        if sa.Uuid().compile(dialect=connection.dialect) != "UUID":
            pytest.skip("SQLAlchemy 2.0 has it under the name mariadb:// only")
    one = _models(sa.Uuid(native_uuid=False), **options)
    evolution.begin(one, f"INSERT INTO t (id, a) VALUES (1, '{_ID}')")
    before = evolution.rows(_SAID)
    evolution.follow(_models(sa.Uuid, **options))
    evolution.back(one)
    assert evolution.rows("SELECT a FROM t") == [(_ID,)]
    assert evolution.rows(_SAID) == before
