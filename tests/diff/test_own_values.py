"""Values that follow into a type of the application's own are looked at by its own code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution
from .test_fill_own_types import Words

Models = Callable[[SQLAlchemy], None]
FOLLOW = "values of t.a follow by their type in SQL only"


class OnOff(sa.types.TypeDecorator[bool]):
    """Kept as a word."""

    impl = sa.String(5)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else ("off", "on")[bool(value)]

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else value == "on"


class Sealed(sa.types.TypeDecorator[str]):
    """Kept as something that can be read only if it was sealed."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else f"sealed:{value}"

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        if value is not None and not value.startswith("sealed:"):
            raise RuntimeError(value)
        return value and value[7:]


def _models(kind: Any) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind))

    return models


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        (sa.Boolean(), OnOff, "true", f"{FOLLOW}, and OnOff would store some as something else"),
        (sa.Integer(), OnOff, "1", f"{FOLLOW}, and OnOff would store some as something else"),
        (sa.String(9), Sealed, "'x'", f"{FOLLOW}, and Sealed raises RuntimeError on some"),
        (sa.String(9), Sealed, "'sealed:x'", ""),
        (sa.String(9), Words, "'a,b'", ""),
        (sa.Integer(), Words, "7", ""),
        (sa.Integer(), Words, "NULL", ""),
    ],
)
def test_values_that_follow(
    evolution: Evolution, old: Any, new: Any, value: str, expected: str
) -> None:
    """What the application would read as something else is said, and marked in the script."""
    evolution.begin(_models(old), f"INSERT INTO t (id, a) VALUES (1, {value})")
    answer = evolution.follow(_models(new))
    assert expected in evolution.script
    assert (FOLLOW in evolution.script) is bool(expected)
    assert expected in answer.output, answer.output
