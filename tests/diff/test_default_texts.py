"""Server defaults that are texts: a script has them as they are, whatever is in them."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

QUOTED = ("'quoted'", "'first", "last'", "O''Brien ''", "'", "''", "plain")


def _models(*texts: str | None, size: int = 40) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        columns = [
            sa.Column(f"c{number}", sa.String(size), server_default=text, nullable=False)
            for number, text in enumerate(texts)
        ]
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *columns)

    return models


def test_quotes_of_a_new_table_stay(evolution: Evolution) -> None:
    """A row that says nothing has each text as the model gives it; so have new columns."""
    evolution.begin(_models(*QUOTED[:4]), "INSERT INTO t (id) VALUES (1)")
    evolution.follow(_models(*QUOTED))
    assert evolution.rows("SELECT * FROM t") == [(1, *QUOTED)]
    evolution.back(_models(*QUOTED[:4]))


def test_quotes_of_a_changed_default_stay(evolution: Evolution) -> None:
    """Also where the column gets another type, and its default is only said again."""
    plain = [None] * (len(QUOTED) - 1) + ["'kept'"]
    evolution.begin(_models(*plain))
    evolution.follow(_models(*QUOTED[:-1], "'kept'", size=60))
    evolution.now.execute("INSERT INTO t (id) VALUES (1)")
    assert evolution.rows("SELECT * FROM t") == [(1, *QUOTED[:-1], "'kept'")]
    evolution.back(_models(*plain))
