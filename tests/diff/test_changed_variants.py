"""Types that have a variant for the database at hand, and change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql

from .conftest import Evolution

SERVERS = ("postgresql", "mysql", "mariadb")
ADDRESS = sa.String(40).with_variant(postgresql.INET(), "postgresql")
JSON = sa.Text().with_variant(sa.JSON(), *SERVERS)
LIST = sa.JSON().with_variant(postgresql.ARRAY(sa.Text()), "postgresql")
NUMBER = sa.String(40).with_variant(sa.Integer(), *SERVERS)
TRUTH = sa.Integer().with_variant(sa.Boolean(), "postgresql")
UUID = sa.String(36).with_variant(postgresql.UUID(), "postgresql")
AN_UUID = "00000000-0000-0000-0000-00000000000a"


def _models(kind: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", kind))

    return models


@pytest.mark.parametrize(
    ("plain", "variant", "values"),
    [
        (sa.String(40), ADDRESS, ("'10.0.0.1'", "'10.0.0.1'")),
        (sa.String(40), JSON, ("'[1]'", "'[1]'")),
        (sa.Text(), LIST, ("NULL", "NULL")),
        (sa.String(40), NUMBER, ("'12'", "12")),
        (sa.Integer(), TRUTH, ("1", "'1'")),
        (sa.String(40), UUID, (f"'{AN_UUID}'", f"'{AN_UUID}'")),
    ],
    ids=["address", "JSON", "array", "number", "truth", "UUID"],
)
@pytest.mark.parametrize("is_back", [False, True], ids=["to it", "from it"])
def test_there_and_back(
    evolution: Evolution, plain: Any, variant: Any, values: Any, *, is_back: bool
) -> None:
    """Values become those of the variant, or of what comes after it, and again what they were."""
    before, after = (variant, plain) if is_back else (plain, variant)
    evolution.begin(_models(before), f"INSERT INTO t VALUES (1, {values[is_back]}), (2, NULL)")
    rows = evolution.rows("SELECT * FROM t ORDER BY id")
    if evolution.migrate(_models(after)).stdout.startswith("No changes"):
        return  # there it is the same type
    evolution.now.ok("upgrade")
    evolution.back(_models(before))
    assert evolution.rows("SELECT * FROM t ORDER BY id") == rows


@pytest.mark.requires("enum_types")
def test_what_is_said(evolution: Evolution) -> None:
    """The terminal says the type of this database, and the script all of them."""
    evolution.begin(_models(sa.String(40)))
    evolution.follow(_models(ADDRESS))
    assert "~ t.v: String(40) -> INET()" in evolution.script
    flat = "".join(evolution.script.split())
    assert "type_=sa.String(length=40).with_variant(postgresql.INET()," in flat
