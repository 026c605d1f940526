"""MySQL, MariaDB: what is said of a change that copies the table."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")


def _counting(*, counts: bool) -> Models:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=counts)
        db.Table("item", key, sa.Column("n", sa.Integer))

    return models


def _uncounted(kind: type[sa.types.TypeEngine[object]], name: str = "item") -> Models:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("kind", sa.Enum("a", "b", name="kind"), primary_key=True)
        db.Table(name, key, sa.Column("n", kind))

    return models


def test_a_type_that_stays(evolution: Evolution) -> None:
    """The server may call it otherwise than the script: that is no change of it."""
    evolution.begin(_counting(counts=False), "INSERT INTO item VALUES (1, 1)")
    answer = evolution.follow(_counting(counts=True))
    assert re.search(r"item\.id stays int(\(11\))?, and is said anew\.", answer.output)
    assert "becomes" not in answer.output


def test_a_reason_is_a_part_of_a_sentence(evolution: Evolution) -> None:
    """It ends in one full stop."""
    evolution.begin(_uncounted(sa.Integer), "INSERT INTO item VALUES ('a', 1)")
    evolution.migrate(_uncounted(sa.BigInteger), small_table_rows=1)
    text = evolution.now.ok("plan").output
    assert "It is not copied while others write: " in text
    assert ".." not in text


def test_a_table_that_is_renamed_first(evolution: Evolution) -> None:
    """What nobody can see yet under its new name is not made up."""
    evolution.begin(_uncounted(sa.Integer), "INSERT INTO item VALUES ('a', 1)")
    after = _uncounted(sa.BigInteger, "thing")
    answer = evolution.migrate(after, "--rename-table", "item:thing", small_table_rows=1)
    assert answer.exit_code == 0, answer.output
    plan = evolution.now.ok("plan").output
    assert "COPY" in plan
    assert "no primary key" not in plan + answer.output
