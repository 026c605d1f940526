"""Tables that refer to a partitioned one, whose partitions nobody declares."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from tests.core.apps import Models

from .conftest import Evolution

pytestmark = pytest.mark.requires("enum_types")

_PARTITIONS = (
    "CREATE TABLE few PARTITION OF t FOR VALUES FROM (0) TO (100)",
    "CREATE TABLE many PARTITION OF t FOR VALUES FROM (100) TO (MAXVALUE)",
    "INSERT INTO t (id) VALUES (1), (200)",
)


def _models(*, refers: bool) -> Models:
    def declare(db: SQLAlchemy) -> None:
        keys = [sa.ForeignKey("t.id", name=f"{name}_of_t") for name in ("t", "u")]
        own, other = [[key] if refers else [] for key in keys]
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        columns = key, sa.Column("first", sa.Integer, *own)
        db.Table("t", *columns, postgresql_partition_by="RANGE (id)")
        db.Table("u", key._copy(), sa.Column("t_id", sa.Integer, *other))

    return declare


@pytest.mark.parametrize("begins", [False, True])
def test_foreign_keys(evolution: Evolution, begins: bool) -> None:
    """One for each partition stands in the catalogue: no change is left, and one statement."""
    evolution.begin(_models(refers=begins), *_PARTITIONS, "INSERT INTO u VALUES (1, 200)")
    evolution.now.ok("check")
    answer = evolution.migrate(_models(refers=not begins))
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade", "upgrade", "check"):
        evolution.now.ok(command)
    assert evolution.script.count("drop_constraint") == 2


@pytest.mark.parametrize(
    "said",
    [
        {"postgresql_partition_by": "RANGE (id)"},
        {"postgresql_partition_by": "LIST (lower(name))"},
        {"prefixes": ["UNLOGGED"]},
    ],
    ids=["range", "list", "unlogged"],
)
def test_a_dropped_table(evolution: Evolution, said: Any) -> None:
    """It comes back as what it was."""

    def before(db: SQLAlchemy) -> None:
        _nothing(db)
        number = sa.Column("n", sa.Integer, index=True)
        db.Table("t", sa.Column("id", sa.Integer), sa.Column("name", sa.Text), number, **said)

    evolution.begin(before)
    answer = evolution.migrate(_nothing, "--allow-drop")
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)


def test_a_dropped_child(evolution: Evolution) -> None:
    """It inherits again when it comes back."""

    def before(db: SQLAlchemy) -> None:
        _nothing(db)
        number = sa.Column("n", sa.Integer)
        db.Table("child", number, postgresql_inherits="u")

    evolution.begin(before)
    answer = evolution.migrate(_nothing, "--allow-drop")
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)
    evolution.now.execute("INSERT INTO child VALUES (5, 6)")
    assert evolution.rows("SELECT id FROM u") == [(5,)]


def _nothing(db: SQLAlchemy) -> None:
    db.Table("u", sa.Column("id", sa.Integer, primary_key=True))


@pytest.mark.parametrize("schema", ["other", "Other one"])
@pytest.mark.parametrize("left", [["p"], []], ids=["there", "dropped"])
def test_a_child_of_another_schema(evolution: Evolution, schema: str, left: list[str]) -> None:
    """It inherits again, from a table that is there or comes back with it."""

    def models(*names: str) -> Models:
        def declare(db: SQLAlchemy) -> None:
            _nothing(db)
            if "p" in names:
                db.Table("p", sa.Column("k", sa.Integer), schema=schema)
            if "child" in names:
                other = sa.quoted_name(f'"{schema}".p', False)
                number = sa.Column("n", sa.Integer)
                db.Table("child", number, postgresql_inherits=("u", other))

        return declare

    evolution.begin(models("p", "child"), include_schemas=True)
    answer = evolution.migrate(models(*left), "--allow-drop", include_schemas=True)
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)
    evolution.now.execute("INSERT INTO child (id, k) VALUES (5, 6)")
    assert evolution.rows(f'SELECT u.id, p.k FROM u, "{schema}".p') == [(5, 6)]


def test_a_child_of_a_renamed_table(evolution: Evolution) -> None:
    """The way back makes it while its table has the new name."""

    def before(db: SQLAlchemy) -> None:
        _nothing(db)
        db.Table("child", sa.Column("n", sa.Integer), postgresql_inherits="u")

    def after(db: SQLAlchemy) -> None:
        db.Table("v", sa.Column("id", sa.Integer, primary_key=True))

    evolution.begin(before)
    answer = evolution.migrate(after, "--allow-drop", "--rename-table", "u:v")
    assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
    for command in ("upgrade", "check", "downgrade"):
        evolution.now.ok(command)
    evolution.now.execute("INSERT INTO child VALUES (5, 6)")
    assert evolution.rows("SELECT id FROM u") == [(5,)]


def test_identities(evolution: Evolution) -> None:
    """A partition counts by the sequence of its table, and has none of its own."""

    def models(*counts: sa.Identity) -> Models:
        def declare(db: SQLAlchemy) -> None:
            first = sa.Column("id", sa.Integer)
            number = sa.Column("n", sa.Integer, *counts, nullable=False)
            db.Table("t", first, number, postgresql_partition_by="RANGE (id)")

        return declare

    part = "CREATE TABLE part PARTITION OF t DEFAULT"
    evolution.begin(models(sa.Identity(always=True)), part, "INSERT INTO t VALUES (1)")
    evolution.now.ok("check")
    plain = models()
    for after in (plain, models(sa.Identity(start=7, increment=2))):
        answer = evolution.migrate(after)
        assert "Proved: upgrade, downgrade, no further changes" in answer.stdout, answer.output
        for command in ("upgrade", "check", "downgrade", "upgrade", "check"):
            evolution.now.ok(command)
    evolution.now.execute("INSERT INTO t VALUES (2)")
    assert evolution.rows("SELECT id FROM part ORDER BY id") == [(1,), (2,)]
