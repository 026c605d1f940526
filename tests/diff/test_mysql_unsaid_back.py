"""What no model can say on MySQL and MariaDB is there again when a script makes a thing anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

Models = Callable[[SQLAlchemy], None]

pytestmark = pytest.mark.requires("auto_increment")

_PROVED = "Proved: upgrade, downgrade, no further changes"


def _models(*others: Any, key: str = "id") -> Models:
    """One table with more to it."""

    def declare(db: SQLAlchemy) -> None:
        parts = [part() for part in others]
        db.Table(
            "t", sa.Column(key, sa.Integer, primary_key=True), sa.Column("n", sa.Integer), *parts
        )

    return declare


def _a() -> sa.Column[Any]:
    return sa.Column("a", sa.String(20))


def _b() -> sa.Column[Any]:
    return sa.Column("b", sa.Integer, nullable=False, server_default="3")


def _twice() -> sa.Column[Any]:
    return sa.Column("twice", sa.Integer, sa.Computed("n + n"))


def _index() -> sa.Index:
    return sa.Index("ia", "a")


def _unique() -> sa.UniqueConstraint:
    return sa.UniqueConstraint("a", "b", name="ub")


def _check() -> sa.CheckConstraint:
    return sa.CheckConstraint("b > 5", name="much")


_FULL = _models(_a, _b, _twice, _index, _unique, _check)


def _by_hand(evolution: Evolution) -> None:
    """What somebody said in the database; there is a row that does not fit the CHECK."""
    is_mariadb = _is_mariadb(evolution)
    unused = "IGNORED" if is_mariadb else "INVISIBLE"
    for change in (
        "MODIFY a varchar(20) INVISIBLE",
        "MODIFY b int NOT NULL INVISIBLE DEFAULT 3",
        f"DROP INDEX ia, ADD INDEX ia (a) COMMENT 'it''s 100%%' {unused}",
        f"ALTER INDEX ub {unused}",
    ):
        evolution.now.execute(f"ALTER TABLE t {change}")
    if not is_mariadb:
        evolution.now.execute("ALTER TABLE t ALTER CHECK much NOT ENFORCED")
        evolution.now.execute("INSERT INTO t (id, b) VALUES (1, 2)")
    evolution.now.ok("check")


def _is_mariadb(evolution: Evolution) -> bool:
    return "mariadb" in str(evolution.rows("SELECT version()")[0][0]).lower()


def _said(evolution: Evolution) -> list[str]:
    text = str(evolution.rows("SHOW CREATE TABLE t")[0][1])
    return sorted(line.strip(" ,") for line in text.splitlines() if "`" in line)


def _follow(evolution: Evolution, models: Models, *arguments: str) -> None:
    """Without a look by SQLAlchemy, which does not know all of it."""
    answer = evolution.migrate(models, *arguments)
    assert _PROVED in answer.output, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("check")


@pytest.mark.parametrize("after", [_models(), None], ids=["columns", "table"])
def test_dropped_and_back(evolution: Evolution, after: Models | None) -> None:
    """Columns, indexes, keys and CHECKs, with their table and without."""
    evolution.begin(_FULL)
    _by_hand(evolution)
    before = _said(evolution)
    gone = after or (lambda db: db.Table("other", sa.Column("id", sa.Integer, primary_key=True)))
    arguments = () if after else ("--allow-drop", "--no-rename", "t")
    answer = evolution.migrate(gone, *arguments)
    assert _PROVED in answer.output, answer.output
    evolution.now.ok("upgrade")
    evolution.now.ok("downgrade")
    assert _said(evolution) == before


def test_made_anew(evolution: Evolution) -> None:
    """An index with another column, and a CHECK that says something else."""
    evolution.begin(_FULL)
    _by_hand(evolution)
    before = _said(evolution)

    def index() -> sa.Index:
        return sa.Index("ia", "a", "b")

    def check() -> sa.CheckConstraint:
        return sa.CheckConstraint("b > 7", name="much")

    _follow(evolution, _models(_a, _b, _twice, index, _unique, check))
    assert sum("COMMENT 'it''s 100%'" in line for line in _said(evolution)) == 1
    assert _unsaid(_said(evolution)) == _unsaid(before)
    evolution.now.ok("downgrade")
    assert _said(evolution) == before


def test_said_anew(evolution: Evolution) -> None:
    """A column of which more changes than Alembic has words for."""

    def first() -> sa.Column[Any]:
        now = sa.text("CURRENT_TIMESTAMP")
        return sa.Column("at", sa.TIMESTAMP, nullable=False, server_default=now)

    def second() -> sa.Column[Any]:
        default = sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
        return sa.Column("at", sa.TIMESTAMP, nullable=False, server_default=default)

    def thrice() -> sa.Column[Any]:
        return sa.Column("twice", sa.BigInteger, sa.Computed("n + n + n"))

    evolution.begin(_models(first, _twice))
    for change in (
        "MODIFY at timestamp NOT NULL INVISIBLE DEFAULT CURRENT_TIMESTAMP",
        "MODIFY twice int GENERATED ALWAYS AS (n + n) VIRTUAL INVISIBLE",
    ):
        evolution.now.execute(f"ALTER TABLE t {change}")
    before = _said(evolution)
    _follow(evolution, _models(second, thrice))
    assert _unsaid(_said(evolution)) == _unsaid(before)
    evolution.now.ok("downgrade")
    assert _said(evolution) == before


def test_renamed(evolution: Evolution) -> None:
    """A CHECK that is away while its column gets another name."""
    evolution.begin(_FULL)
    _by_hand(evolution)
    before = _said(evolution)

    def renamed() -> sa.Column[Any]:
        return sa.Column("c", sa.Integer, nullable=False, server_default="3")

    def unique() -> sa.UniqueConstraint:
        return sa.UniqueConstraint("a", "c", name="ub")

    def check() -> sa.CheckConstraint:
        return sa.CheckConstraint("c > 5", name="much")

    _follow(evolution, _models(_a, renamed, _twice, _index, unique, check), "--rename", "t.b:c")
    assert _unsaid(_said(evolution)) == _unsaid(before)
    evolution.now.ok("downgrade")
    assert _said(evolution) == before


def _unsaid(lines: list[str]) -> int:
    return sum(any(word in line for word in ("INVISIBLE", "IGNORED", "ENFORCED")) for line in lines)


@pytest.mark.parametrize("kind", [sa.Integer, sa.Text], ids=str)
def test_another_type(evolution: Evolution, kind: Any) -> None:
    """What MariaDB can't say of it is left out, and said again with the old type."""
    if evolution.database.dialect != "mariadb":
        pytest.skip("only MariaDB compresses columns")
    evolution.begin(_models(_a))
    evolution.now.execute("INSERT INTO t (id, a) VALUES (1, '12')")
    evolution.now.execute("ALTER TABLE t MODIFY a varchar(20) COMPRESSED INVISIBLE")
    before = _said(evolution)
    _follow(evolution, _models(lambda: sa.Column("a", kind)))
    assert _unsaid(_said(evolution)) == 1
    evolution.now.ok("downgrade")
    assert _said(evolution) == before
