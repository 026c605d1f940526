"""CHECKs that a child of PostgreSQL has from its table, which alone can drop them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql as pg

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_PROVED = "Proved: upgrade, downgrade, no further changes"
_ROWS = ("INSERT INTO t VALUES (1, 'a')", "INSERT INTO child VALUES (2, 'a')")


def _models(
    kind: Any, *checks: str, repeats: Any = (), own: str = "", inherits: str = "t"
) -> Models:
    """A table and a child, which may repeat columns and CHECKs and has some of its own."""

    def declare(db: SQLAlchemy) -> None:
        columns = {"id": sa.Integer, "kind": kind, "x": sa.Integer}
        made = [_check(text) for text in checks]
        db.Table("t", *(sa.Column(name, columns[name]) for name in ("id", "kind")), *made)
        parts = [sa.Column(name, columns[name]) for name in ("x", *repeats) if name in columns]
        parts += [_check(text) for text in checks if text in repeats]
        parts += [sa.CheckConstraint(own, name="own")] if own else []
        db.Table("child", *parts, postgresql_inherits=inherits)

    return declare


def _check(text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=f"ck {text[:4]}")


def _there_and_back(evolution: Evolution, after: Models) -> None:
    answer = evolution.migrate(after)
    assert _PROVED in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade", "check"):
        evolution.now.ok(command)
    assert evolution.rows("SELECT id, kind::text FROM t ORDER BY id") == [(1, "a"), (2, "a")]


_B = "kind <> 'b'"


@pytest.mark.parametrize("repeats", [(), ("kind",), ("kind", _B)], ids=["", "column", "check"])
@pytest.mark.parametrize("own", ["", "kind <> 'd' OR x > 0"], ids=["", "own"])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (sa.Enum("a", "b", "d", name="kind"), sa.Enum("b", "c", "d", "a", name="kind")),
        (pg.DOMAIN("kind", sa.Text), pg.DOMAIN("kind", sa.String(9))),
    ],
    ids=["enumeration", "domain"],
)
def test_a_type_that_changes(
    evolution: Evolution, repeats: tuple[str, ...], own: str, first: Any, last: Any
) -> None:
    """They go and come back with those of the table."""
    evolution.begin(_models(first, _B, repeats=repeats, own=own), *_ROWS)
    evolution.now.ok("check")
    _there_and_back(evolution, _models(last, _B, repeats=repeats, own=own))


@pytest.mark.parametrize("repeats", [(), ("kind", "id > 0")], ids=["", "check"])
def test_checks_that_change(evolution: Evolution, repeats: tuple[str, ...]) -> None:
    """Nothing is said of the child when the table gets a CHECK, or loses one."""
    plain = _models(sa.Text, repeats=repeats[:1])
    evolution.begin(plain, *_ROWS)
    _there_and_back(evolution, _models(sa.Text, "id > 0", repeats=repeats))
    _there_and_back(evolution, _models(sa.Text, "id > 0", "kind <> 'b'", repeats=repeats))
    _there_and_back(evolution, plain)
