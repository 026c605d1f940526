"""An upgrade of a database with other rows than that which the script was written for."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.diff.conftest import Evolution, evolution  # noqa: F401
from tests.diff.test_values_to_be import Models, large_a, one_table, unique_a


def _said() -> Any:
    return sa.CheckConstraint("a <> 'no'", name="ck_a")


CASES: dict[str, tuple[Models, Models, tuple[str, ...], str, str]] = {
    "numbers alike": (
        one_table(sa.Numeric(5, 2)),
        one_table(sa.Integer(), unique_a),
        (),
        "1.2, 1.3",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "texts alike": (
        one_table(sa.String(40)),
        one_table(sa.Integer(), unique_a),
        (),
        "'1', ' 1'",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "kept key": (
        one_table(sa.DateTime(), unique_a),
        one_table(sa.Date(), unique_a),
        (),
        "'2024-01-01 10:00:00', '2024-01-01 11:00:00'",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "key that goes": (
        one_table(sa.DateTime(), unique_a),
        one_table(sa.Date()),
        (),
        "'2024-01-01 10:00:00', '2024-01-01 11:00:00'",
        "",
    ),
    "small number": (
        one_table(sa.String(9)),
        one_table(sa.Integer(), large_a),
        (),
        "'7', '10', '3'",
        "t CHECK ck_a would fail: 1 violation",
    ),
    "numbers": (
        one_table(sa.String(9)),
        one_table(sa.Integer(), large_a),
        (),
        "'7', '10'",
        "",
    ),
    "texts": (
        one_table(sa.Integer()),
        one_table(sa.String(9), _said),
        (),
        "0, 1",
        "",
    ),
    "filled alike": (
        one_table(sa.String(60)),
        one_table(sa.String(60), unique_a, nullable=False),
        ("--fill", "t.a=50% of it's \\ all"),
        "NULL, NULL, 'b'",
        "t.a UNIQUE would fail: 1 duplicate",
    ),
    "filled once": (
        one_table(sa.String(60)),
        one_table(sa.String(60), unique_a, nullable=False),
        ("--fill", "t.a=50% of it's \\ all"),
        "NULL, 'b'",
        "",
    ),
    "filled and forbidden": (
        one_table(sa.Integer()),
        one_table(sa.Integer(), large_a, nullable=False),
        ("--fill", "t.a=1"),
        "NULL, 7",
        "t CHECK ck_a would fail: 1 violation",
    ),
    "filled, converted, allowed": (
        one_table(sa.String(9)),
        one_table(sa.Integer(), large_a, nullable=False),
        ("--fill", "t.a=6"),
        "NULL, '7'",
        "",
    ),
    "filled and too long": (
        one_table(sa.String(9)),
        one_table(sa.Integer(), large_a, nullable=False),
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
