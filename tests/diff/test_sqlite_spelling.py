"""CHECKs and generated columns of SQLite that were written by hand, in other quotes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from flask_godwit.sqlite.spelling import spelled
from flask_godwit.sqlite.table_text import parse_table

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]


def models(name: str = "a", least: int = 0) -> Models:
    """A table with a CHECK without a name, and a generated column."""

    def made(db: SQLAlchemy) -> None:
        db.Table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(name, sa.Integer),
            sa.Column("g", sa.Integer, sa.Computed(f"{name} + 1", persisted=False)),
            sa.CheckConstraint(f"{name} > {least} AND length({name}) < 50"),
        )

    return made


def by_hand(check: str, computed: str = "a + 1") -> tuple[str, str]:
    """The same table, in a text of its own."""
    columns = f"id INTEGER NOT NULL PRIMARY KEY, a INTEGER, g INTEGER AS ({computed}) VIRTUAL"
    return "DROP TABLE t", f"CREATE TABLE t ({columns}, CHECK ({check}))"


@pytest.mark.parametrize("name", ["a", "[a]", "`a`", '"a"', "A", "[A]", "t.a", 'T."a"', "[t].[a]"])
def test_same(local: Evolution, name: str) -> None:
    """It says what the model says."""
    computed = f"{name.rpartition('.')[2]} + 1"
    local.begin(models(), *by_hand(f"{name} > 0 AND length({name}) < 50", computed))
    local.now.ok("check")


@pytest.mark.parametrize("name", ["a", "[a]", "`a`", '"a"', "A", "t.a", "t.[A]"])
def test_dropped_after_a_rename(local: Evolution, name: str) -> None:
    """It is found by what it says once its column has another name."""
    local.begin(models(), *by_hand(f"{name} > 0 AND length({name}) < 50"))
    local.now.execute("INSERT INTO t (id, a) VALUES (1, 9)")
    # The history makes another text, of which the script knows nothing.
    answer = local.migrate(models("z", 5), "--rename", "t.a:t.z", "--no-prove")
    assert answer.exit_code == 0, answer.output
    local.now.ok("upgrade")
    local.now.ok("check")
    assert local.rows("SELECT z, g FROM t") == [(9, 10)]
    local.now.ok("downgrade")
    local.now.execute("INSERT INTO t (id, a) VALUES (2, 3)")


def test_strings_stay() -> None:
    """What only looks like a column's name."""
    table = parse_table("CREATE TABLE t (Aa, b, CHECK (aa || '[b]' <> \"no\" AND t.b > AA(1.5)))")
    clause = next(c for c in table.constraints if c.kind == "check")
    said = spelled(clause.expression, table, "t")
    assert said == "Aa || '[b]' <> \"no\" AND b > Aa ( 1.5 )"
