"""Texts become UUIDs, and rows without one get one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from .conftest import Evolution

_ONE = "11111111-2222-3333-4444-555555555555"
_FILL = ("--fill", "t.code=00000000-0000-0000-0000-000000abcdef")


def _models(code: sa.Column[Any], number: sa.Column[Any]) -> Callable[[SQLAlchemy], None]:
    def models(db: SQLAlchemy) -> None:
        db.Table("t", sa.Column("id", sa.Integer, primary_key=True), code._copy(), number._copy())

    return models


@pytest.mark.parametrize("length", [32, 36, 60])
def test_filled_before_or_after(evolution: Evolution, length: int) -> None:
    """Also where another column takes its value only when it has its new type."""
    number = sa.Column("number", sa.Numeric(10, 2))
    before = _models(sa.Column("code", sa.String(length)), number)
    value = _ONE if length >= len(_ONE) else _ONE.replace("-", "")
    evolution.begin(before, f"INSERT INTO t (id, code) VALUES (1, '{value}'), (2, NULL)")
    after = _models(
        sa.Column("code", sa.Uuid, nullable=False), sa.Column("number", sa.Double, nullable=False)
    )
    evolution.follow(after, *_FILL, "--fill", "t.number=0")
    found = [str(code).replace("-", "") for (code,) in evolution.rows("SELECT code FROM t")]
    assert sorted(found) == ["00000000000000000000000000abcdef", _ONE.replace("-", "")]


@pytest.mark.requires("auto_increment")
def test_a_column_with_a_percent_sign(evolution: Evolution) -> None:
    """What drivers want doubled in a name is not doubled in a script."""

    def models(kind: Any) -> Callable[[SQLAlchemy], None]:
        def made(db: SQLAlchemy) -> None:
            db.Table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a%b", kind))

        return made

    with_dashes = models(sa.String(36))
    evolution.begin(with_dashes, f"INSERT INTO t VALUES (1, '{_ONE}')")
    evolution.follow(models(sa.Uuid(native_uuid=False)))
    assert evolution.rows("SELECT * FROM t") == [(1, _ONE.replace("-", ""))]
    evolution.back(with_dashes)
    assert evolution.rows("SELECT * FROM t") == [(1, _ONE)]


@pytest.mark.parametrize("length", [32, 36])
def test_comes_back_as_one(evolution: Evolution, length: int) -> None:
    """A CHAR of the length of a UUID is one, which an application could not read otherwise."""

    def models(*kinds: Any) -> Callable[[SQLAlchemy], None]:
        def made(db: SQLAlchemy) -> None:
            codes = [sa.Column("code", kind, nullable=False) for kind in kinds]
            db.Table("t", sa.Column("id", sa.Integer, primary_key=True), *codes)

        return made

    value = _ONE if length >= len(_ONE) else _ONE.replace("-", "")
    before = models(sa.CHAR(length))
    evolution.begin(before, f"INSERT INTO t VALUES (1, '{value}')")
    evolution.follow(models())
    evolution.back(before)
    ((code,),) = evolution.rows("SELECT code FROM t")
    assert uuid.UUID(code) == uuid.UUID(int=0)
