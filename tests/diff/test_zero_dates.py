"""Dates that MySQL took once, and refuses when it copies their table for something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]
_STRICT = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE"


def _models(kind: Any, *more: Callable[[], Any]) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", kind),
            sa.Column("born", sa.Date),
            sa.Column("seen", sa.DateTime),
            *(one() for one in more),
        )

    return models


def _checked() -> Any:
    return sa.CheckConstraint("a > 0", name="ck_a")


def _begin(evolution: Evolution, column: str, value: str) -> None:
    evolution.begin(_models(sa.Integer()))
    with evolution.database.engine() as engine, engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'")
        connection.exec_driver_sql(f"INSERT INTO t (id, a, {column}) VALUES (1, 2, '{value}')")


@pytest.fixture
def strict(evolution: Evolution) -> Iterator[Evolution]:
    """A server that is configured so, as MySQL is by itself."""

    def configure(connection: Any, _record: object) -> None:
        if evolution.database.dialect in ("mysql", "mariadb"):
            connection.cursor().execute(f"SET SESSION sql_mode = '{_STRICT}'")

    sa.event.listen(sa.pool.Pool, "connect", configure)
    yield evolution
    sa.event.remove(sa.pool.Pool, "connect", configure)


@pytest.mark.requires("auto_increment")
@pytest.mark.parametrize(
    ("column", "value", "after"),
    [
        ("born", "0000-00-00", _models(sa.BigInteger())),
        ("born", "2024-00-10", _models(sa.Integer(), _checked)),
        ("seen", "2024-02-30 10:00:00", _models(sa.BigInteger())),
    ],
    ids=["none", "in part", "no day"],
)
def test_in_the_way(strict: Evolution, column: str, value: str, after: Models) -> None:
    """Whoever writes the script is told, and the upgrade does not begin."""
    _begin(strict, column, value)
    answer = strict.migrate(after)
    said = f"t.{column} in a copy of the table would fail: 1 value that the mode of the server"
    assert answer.exit_code == 0, answer.output
    assert said in answer.output
    answer = strict.now.run("upgrade")
    assert answer.exit_code == 1
    assert said in answer.output
    assert "Nothing was run" in answer.output
    strict.now.execute(f"UPDATE t SET {column} = NULL")
    strict.now.ok("upgrade")


@pytest.mark.requires("auto_increment")
def test_not_copied(strict: Evolution) -> None:
    """A change that leaves the rows where they are is not refused."""
    _begin(strict, "born", "0000-00-00")
    strict.follow(_models(sa.Integer(), lambda: sa.Column("more", sa.Integer)))


@pytest.mark.requires("auto_increment")
def test_the_script_repairs_them(strict: Evolution) -> None:
    """Rows are looked at as they are when their table is copied."""
    _begin(strict, "born", "0000-00-00")
    assert strict.migrate(_models(sa.BigInteger())).exit_code == 0
    newest = max(strict.now.files, key=lambda file: file.stat().st_mtime_ns)
    repair = 'op.execute("UPDATE t SET born = NULL WHERE born < 10000101")'
    text = newest.read_text().replace("def upgrade():\n", f"def upgrade():\n    {repair}\n", 1)
    newest.write_text(text)
    answer = strict.now.run("upgrade")
    assert answer.exit_code == 0, answer.output
    assert strict.rows("SELECT born FROM t") == [(None,)]
