"""An upgrade of a database with other rows than that which the script was written for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.diff.conftest import Evolution, evolution  # noqa: F401

Models = Callable[[SQLAlchemy], None]


def _models(kind: Any, *more: Callable[[], Any], **options: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        key = sa.Column("id", sa.Integer, primary_key=True)
        db.Table("t", key, sa.Column("a", kind, **options), *(one() for one in more))

    return models


def _unique() -> Any:
    return sa.UniqueConstraint("a", name="uq_a")


def _large() -> Any:
    return sa.CheckConstraint("a > 5", name="ck_a")


def _said() -> Any:
    return sa.CheckConstraint("a <> 'no'", name="ck_a")


CASES: dict[str, tuple[Models, Models, tuple[str, ...], str, str]] = {
    "numbers alike": (
        _models(sa.Numeric(5, 2)),
        _models(sa.Integer(), _unique),
        (),
        "1.2, 1.3",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "texts alike": (
        _models(sa.String(40)),
        _models(sa.Integer(), _unique),
        (),
        "'1', ' 1'",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "kept key": (
        _models(sa.DateTime(), _unique),
        _models(sa.Date(), _unique),
        (),
        "'2024-01-01 10:00:00', '2024-01-01 11:00:00'",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "key that goes": (
        _models(sa.DateTime(), _unique),
        _models(sa.Date()),
        (),
        "'2024-01-01 10:00:00', '2024-01-01 11:00:00'",
        "",
    ),
    "small number": (
        _models(sa.String(9)),
        _models(sa.Integer(), _large),
        (),
        "'7', '10', '3'",
        "t CHECK ck_a would fail: 1 violation",
    ),
    "numbers": (
        _models(sa.String(9)),
        _models(sa.Integer(), _large),
        (),
        "'7', '10'",
        "",
    ),
    "texts": (
        _models(sa.Integer()),
        _models(sa.String(9), _said),
        (),
        "0, 1",
        "",
    ),
    "filled alike": (
        _models(sa.String(60)),
        _models(sa.String(60), _unique, nullable=False),
        ("--fill", "t.a=50% of it's \\ all"),
        "NULL, NULL, 'b'",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "filled once": (
        _models(sa.String(60)),
        _models(sa.String(60), _unique, nullable=False),
        ("--fill", "t.a=50% of it's \\ all"),
        "NULL, 'b'",
        "",
    ),
    "filled and forbidden": (
        _models(sa.Integer()),
        _models(sa.Integer(), _large, nullable=False),
        ("--fill", "t.a=1"),
        "NULL, 7",
        "t CHECK ck_a would fail: 1 violation",
    ),
    "filled, converted, allowed": (
        _models(sa.String(9)),
        _models(sa.Integer(), _large, nullable=False),
        ("--fill", "t.a=6"),
        "NULL, '7'",
        "",
    ),
    "filled and too long": (
        _models(sa.String(9)),
        _models(sa.Integer(), _large, nullable=False),
        ("--fill", "t.a=6"),
        "NULL, '5'",
        "t CHECK ck_a would fail: 1 violation",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_rows_as_the_script_makes_them(evolution: Evolution, case: str) -> None:  # noqa: F811
    """What a script makes of rows is compared: a good one runs, a bad one does not begin."""
    before, after, arguments, values, expected = CASES[case]
    evolution.begin(before)
    answer = evolution.migrate(after, *arguments)
    assert answer.exit_code == 0, answer.output
    for number, value in enumerate(values.split(", "), 1):
        evolution.now.execute(f"INSERT INTO t (id, a) VALUES ({number}, {value})")
    answer = evolution.now.run("upgrade")
    if expected:
        assert answer.exit_code == 1
        assert expected in answer.stderr, answer.output
        assert "Nothing was run" in answer.stderr
    else:
        assert answer.exit_code == 0, answer.output
        assert "would fail" not in answer.stderr
