"""What MySQL and MariaDB keep of an index or CHECK that no model can say: it is left as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit.dialects.mysql_facts import facts_of

from .conftest import Evolution

_KEYS = {
    "KEY `ia` (`a`) /*!80000 INVISIBLE */": "(`a`)",
    "KEY `ia` (`a`) USING BTREE COMMENT 'it''s, IGNORED' IGNORED": "(`a`)",
    "FULLTEXT KEY `ia` (`a`) COMMENT 'x\\\\' /*!50100 WITH PARSER `ngram` */": (
        "FULLTEXT (`a`) WITH PARSER `ngram`"
    ),
}


def _models(length: int) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(length)),
            sa.Index("ia", "a"),
        )

    return models


@pytest.mark.parametrize("key", _KEYS)
def test_the_words(key: str) -> None:
    """They are no part of what is compared."""
    found = facts_of(f"CREATE TABLE `t` (\n  `a` int DEFAULT NULL,\n  {key}\n) ENGINE=InnoDB")
    assert found.indexes["ia"] == _KEYS[key]


@pytest.mark.requires("auto_increment")
def test_index_not_used(evolution: Evolution) -> None:
    """One that is switched off, and has a comment, is there as its model says."""
    evolution.begin(_models(20))
    created = "ALTER TABLE t DROP INDEX ia, ADD INDEX ia (a) COMMENT 'why it''s here' "
    is_mariadb = "mariadb" in str(evolution.rows("SELECT version()")[0][0]).lower()
    evolution.now.execute(created + ("IGNORED" if is_mariadb else "INVISIBLE"))
    assert "No new upgrade operations" in evolution.now.ok("check").output
    answer = evolution.migrate(_models(40))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    assert "index" not in evolution.script
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)
    assert "why it''s here" in str(evolution.rows("SHOW CREATE TABLE t")[0][1])


@pytest.mark.requires("auto_increment")
def test_check_not_enforced(evolution: Evolution) -> None:
    """One that is switched off, as MySQL can, stays so."""
    if evolution.database.dialect == "mariadb":
        pytest.skip("it enforces all")

    def models(length: int) -> Callable[[SQLAlchemy], None]:
        def declare(db: SQLAlchemy) -> None:
            _models(length)(db)
            check = sa.CheckConstraint("length(a) > 3", name="long")
            db.metadata.tables["t"].append_constraint(check)

        return declare

    evolution.begin(models(20), "ALTER TABLE t ALTER CHECK `long` NOT ENFORCED")
    evolution.now.execute("INSERT INTO t VALUES (1, 'x')")
    assert "No new upgrade operations" in evolution.now.ok("check").output
    evolution.follow(models(40))
    evolution.back(models(20))
    assert "NOT ENFORCED" in str(evolution.rows("SHOW CREATE TABLE t")[0][1])
