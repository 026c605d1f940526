"""What MySQL and MariaDB give a table as a whole: engine, character set, collation, row format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

pytestmark = pytest.mark.requires("auto_increment")
PROVED = "Proved: upgrade, downgrade, no further changes"


def tables(**options: dict[str, str]) -> Callable[[SQLAlchemy], None]:
    """One table for each name, with its options."""

    def models(db: SQLAlchemy) -> None:
        for name, given in options.items():
            said: Any = {f"{d}_{o}": v for o, v in given.items() for d in ("mysql", "mariadb")}
            db.Table(
                name,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("word", sa.String(20), server_default="é", comment="it's"),
                sa.Column("text", sa.Text, nullable=False),
                sa.Column("kind", sa.Enum("a", "b")),
                sa.Column("own", sa.String(9, collation="utf8mb4_bin")),
                **said,
            )

    return models


LATIN = {"charset": "latin1", "collate": "latin1_swedish_ci"}
BEFORE = tables(
    changed=LATIN,
    no_collation={"default_charset": "latin1"},
    gone={"charset": "latin1", "engine": "MyISAM", "row_format": "FIXED"},
    new={},
    collation={"collate": "utf8mb4_bin"},
    engine={"engine": "MyISAM"},
    row_format={"row_format": "COMPACT"},
)
AFTER = tables(
    changed={"charset": "utf8mb4", "collate": "utf8mb4_bin"},
    no_collation={"default_charset": "utf8mb4"},
    gone={},
    new={**LATIN, "engine": "MyISAM", "row_format": "DYNAMIC"},
    collation={"collate": "utf8mb4_unicode_ci"},
    engine={"engine": "innodb"},
    row_format={"row_format": "DYNAMIC"},
)


def test_changed(evolution: Evolution) -> None:
    """Said in the models, or no longer said: changed with the columns that follow, and back."""
    rows = "SELECT word, text FROM {}".format
    evolution.begin(
        BEFORE,
        *(f"INSERT INTO {t} (id, word, text) VALUES (1, 'é', 'ü')" for t in ("changed", "new")),
    )
    answer = evolution.follow(AFTER)
    assert PROVED in answer.output
    assert "changed: charset utf8mb4, collate utf8mb4_bin" in answer.output
    assert "engine: engine innodb" in answer.output
    assert [evolution.rows(rows(t)) for t in ("changed", "new")] == [[("é", "ü")]] * 2
    evolution.back(BEFORE)
    assert [evolution.rows(rows(t)) for t in ("changed", "new")] == [[("é", "ü")]] * 2


def test_left_alone(evolution: Evolution) -> None:
    """What no model and no revision ever said is the database's own affair."""
    quiet = tables(legacy={}, charset={"charset": "utf8mb4"})
    evolution.begin(
        quiet,
        "ALTER TABLE legacy ENGINE=MyISAM, CONVERT TO CHARACTER SET latin1",
        "ALTER TABLE legacy MODIFY own varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,"
        " MODIFY text text NOT NULL",
        "ALTER TABLE charset DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci,"
        " MODIFY word varchar(20) DEFAULT 'é' COMMENT 'it''s', MODIFY text text NOT NULL,"
        " MODIFY kind enum('a','b')",
    )
    evolution.now.ok("check")


def test_keys(evolution: Evolution) -> None:
    """Foreign keys stand aside while their columns change their type or character set."""

    def models(kind: Any, charset: str) -> Callable[[SQLAlchemy], None]:
        said: Any = {f"{d}_charset": charset for d in ("mysql", "mariadb")}

        def make(db: SQLAlchemy) -> None:
            up = sa.ForeignKey("country.code", ondelete="CASCADE", name="fk_up")
            db.Table("country", sa.Column("code", sa.String(5), primary_key=True), **said)
            db.Table(
                "town",
                sa.Column("id", kind, primary_key=True),
                sa.Column("code", sa.String(5), up),
                sa.Column("near", kind, sa.ForeignKey("town.id", ondelete="SET NULL")),
                **said,
            )

        return make

    before = models(sa.Integer(), "latin1")
    evolution.begin(
        before,
        "INSERT INTO country (code) VALUES ('é')",
        "INSERT INTO town (id, code, near) VALUES (1, 'é', 1)",
    )
    assert PROVED in evolution.follow(models(sa.BigInteger(), "utf8mb4")).output
    evolution.now.execute("INSERT INTO town (code) VALUES ('é')")
    assert evolution.rows("SELECT code, near FROM town ORDER BY id") == [("é", 1), ("é", None)]
    evolution.back(before)


def test_comment(evolution: Evolution) -> None:
    """``mysql_comment="…"`` is the table's comment: quiet, changed, and said otherwise."""

    def models(**said: str) -> Callable[[SQLAlchemy], None]:
        def make(db: SQLAlchemy) -> None:
            own = {f"{d}_{n}": v for n, v in said.items() for d in ("mysql", "mariadb")}
            options: Any = {"comment": said["plain"]} if "plain" in said else own
            db.Table("note", sa.Column("id", sa.Integer, primary_key=True), **options)

        return make

    comment = "SELECT table_comment FROM information_schema.tables WHERE table_name = 'note'"
    evolution.begin(models(comment="it's"))
    evolution.now.ok("check")
    assert PROVED in evolution.follow(models(comment="100 %")).output
    assert ("100 %",) in evolution.rows(comment)
    assert "No changes" in evolution.migrate(models(plain="100 %")).output
    evolution.back(models(comment="it's"))
    assert ("it's",) in evolution.rows(comment)
