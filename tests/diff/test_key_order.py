"""A primary key of which one column counts: that is the first where the table is made."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models
from tests.diff.conftest import Evolution


def parts(*, counts: bool, more: bool = False) -> Models:
    """The counting column is the second of the model."""

    def models(db: SQLAlchemy) -> None:
        db.Table(
            "parts",
            sa.Column("shop", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("nr", sa.Integer, primary_key=True, autoincrement=counts),
            sa.Column("note", sa.String(20)),
            *([sa.Column("more", sa.Integer)] if more else []),
        )

    return models


@pytest.mark.requires("alter_column")
def test_made_so(evolution: Evolution) -> None:
    """The first migration makes it as create_all() does, and nothing is found afterwards."""
    evolution.begin(parts(counts=True), "INSERT INTO parts (shop, note) VALUES (7, 'a')")
    assert evolution.now.ok("check").output == "No new upgrade operations detected.\n"
    evolution.follow(parts(counts=True, more=True))
    assert evolution.rows("SELECT nr, shop FROM parts") == [(1, 7)]
    evolution.back(parts(counts=True))


@pytest.mark.requires("auto_increment")
def test_becomes_so(evolution: Evolution) -> None:
    """A column that begins to count becomes the first, before it counts."""
    evolution.begin(parts(counts=False), "INSERT INTO parts (shop, nr) VALUES (7, 5)")
    evolution.follow(parts(counts=True))
    evolution.now.execute("INSERT INTO parts (shop) VALUES (7)")
    assert len(evolution.rows("SELECT nr FROM parts WHERE shop = 7")) == 2
    evolution.back(parts(counts=False))
    evolution.now.ok("upgrade")
    evolution.follow(parts(counts=False))
    evolution.back(parts(counts=True))
