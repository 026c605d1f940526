"""Network addresses of MariaDB, a type that SQLAlchemy can write but not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import mysql

from .conftest import Evolution

ADDRESS = "2001:db8::1"
_INET6: Any = getattr(mysql, "INET6", None)


def _models(kind: Any, **options: Any) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, **options))

    return models


@pytest.mark.requires("sequences", "auto_increment")
@pytest.mark.skipif(_INET6 is None, reason="SQLAlchemy has no such type")
@pytest.mark.filterwarnings("ignore:Did not recognize type")  # where the test itself looks
def test_they_change(evolution: Evolution) -> None:
    """An address becomes a text, and an address again on the way back."""
    with evolution.database.engine() as engine, engine.connect() as connection:
        if not hasattr(connection.dialect.type_compiler_instance, "visit_INET6"):
            pytest.skip("SQLAlchemy 2.0 knows it by the name mariadb:// only")
    evolution.begin(_models(_INET6), f"INSERT INTO t (id, a) VALUES (1, '{ADDRESS}')")
    evolution.now.ok("check")
    evolution.follow(_models(sa.String(39)))
    assert evolution.rows("SELECT a FROM t") == [(ADDRESS,)]
    evolution.back(_models(_INET6))
    assert evolution.rows("SELECT a FROM t") == [(ADDRESS,)]
