"""Two columns change places, and what one of them had goes while its name goes to the other's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution
from .pairs import CONVENTION

Give = Callable[[sa.Table, str], object]


def _unique(table: sa.Table, name: str) -> None:
    table.append_constraint(sa.UniqueConstraint(name))


def _index(table: sa.Table, name: str) -> None:
    sa.Index(f"ix_item_{name}", table.c[name])


def _check(table: sa.Table, name: str) -> None:
    table.append_constraint(sa.CheckConstraint(table.c[name] > 0, name=f"sane_{name}"))


def _key(table: sa.Table, name: str) -> None:
    table.append_constraint(sa.ForeignKeyConstraint([name], ["item.id"]))


def _models(give: Give, *names: str) -> Models:
    def models(db: SQLAlchemy) -> None:
        db.metadata.naming_convention = CONVENTION  # type: ignore[assignment]
        columns = [sa.Column(name, sa.Integer) for name in ("one", "other", "third")]
        table = db.Table("item", sa.Column("id", sa.Integer, primary_key=True), *columns)
        for name in names:
            give(table, name)

    return models


@pytest.mark.parametrize("give", [_unique, _index, _check, _key])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("one", "other"), ("one",)),
        (("one", "other"), ("other",)),
        (("one", "other"), ()),
        (("one", "other", "third"), ("one", "other")),
    ],
)
def test_a_name_is_taken_by_what_stays(
    evolution: Evolution, give: Give, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """One, other and third become other, third and one; or the first two change places."""
    names = before if len(before) > 2 else ("one", "other")
    moves = dict(zip(names, (*names[1:], names[0]), strict=True))
    answers = [f"item.{old}:item.{new}" for old, new in moves.items()]
    evolution.begin(_models(give, *before), "INSERT INTO item VALUES (1, 1, 1, 1)")
    evolution.follow(_models(give, *after), *(a for each in answers for a in ("--rename", each)))
    evolution.back(_models(give, *before))
