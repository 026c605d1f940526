"""The comparison is worth something: equal twins pass, and every kind of difference is caught."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.compat.command import FLASK_MIGRATE
from tests.compat.conftest import TwinMaker
from tests.compat.scenario import OF_DRIVERS, ONE_OF_EACH, Scenario, read
from tests.compat.twin import Twin
from tests.compat.walk import assert_as_expected, assert_same, walk
from tests.databases import FEATURES, KINDS, SQLITE

REVISION = '''\
"""people"""
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), nullable=True, server_default="x"),
        sa.Column("boss_id", sa.Integer, sa.ForeignKey("person.id", name="fk_boss")),
        sa.UniqueConstraint("name", name="uq_name"),
    )
    op.create_index("ix_boss", "person", ["boss_id"])
    op.execute("INSERT INTO person (id) VALUES (1)")
    Path("trace.txt").write_text("ran")


def downgrade():
    pass
'''
FILE = "migrations/versions/1.py"
SCENARIO = Scenario(
    "harness", "", {}, {FILE: REVISION, "steps": "flask db history\nflask db upgrade\n"}
)

ALTERATIONS = {
    "type": ("String(20)", "String(21)", "VARCHAR(length=21)"),
    "nullable": ("nullable=True", "nullable=False", "'nullable': False"),
    "default": ('server_default="x"', 'server_default="y"', "'y'"),
    "index": ('op.create_index("ix_boss", "person", ["boss_id"])', "pass", "ix_boss"),
    "unique": ('"uq_name"', '"uq_other"', "uq_other"),
    "foreign key": ('"fk_boss"', '"fk_other"', "fk_other"),
    "row": ("VALUES (1)", "VALUES (2)", "(2, 'x', None)"),
    "message": ('"""people"""', '"""persons"""', "persons"),
    "trace": ('"ran"', '"ran twice"', "ran twice"),
    "version": ('revision = "1"', 'revision = "2"', "+<base> -> 2"),
    "code": ("    pass\n", "    return\n", "return"),
    "exit code": ("VALUES (1)", "VALUES (NULL, 1)", "exit_code"),
}


def compare(theirs: Twin, ours: Twin, *, code: bool = True) -> None:
    """Let both go the scenario's way; ``code=False`` does not look into the revision files."""
    steps = SCENARIO.steps
    for command, *states in zip(steps, walk(theirs, steps), walk(ours, steps), strict=True):
        assert_as_expected(command, states[0])
        assert_same(command, *(state if code else replace(state, revisions={}) for state in states))


@pytest.mark.parametrize("database_kind", ONE_OF_EACH, ids=str)
def test_flask_migrate_is_its_own_twin(make_twin: TwinMaker) -> None:
    """The same tool in two folders, with two databases, shows no difference."""
    twins = [make_twin(SCENARIO, FLASK_MIGRATE, name) for name in ("one", "two")]
    compare(*twins)


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_every_kind_of_difference_is_caught(alteration: str, make_twin: TwinMaker) -> None:
    """What differs is in the message."""
    before, after, told = ALTERATIONS[alteration]
    twins = [make_twin(SCENARIO, FLASK_MIGRATE, name) for name in ("one", "two")]
    assert before in REVISION
    twins[1].write({FILE: REVISION.replace(before, after)})
    with pytest.raises(AssertionError) as caught:
        compare(*twins, code=alteration == "code")
    assert told in str(caught.value)


@pytest.mark.parametrize("database_kind", [SQLITE], ids=str)
def test_a_scenario_must_do_what_it_says(make_twin: TwinMaker) -> None:
    """Two tools that fail alike prove nothing, unless failing is the claim."""
    twin = make_twin(SCENARIO, FLASK_MIGRATE, "one")
    twin.write({FILE: REVISION.replace("INSERT", "NONSENSE")})
    with pytest.raises(AssertionError):
        compare(twin, twin)


def test_features_of_drivers_are_no_features_of_databases() -> None:
    """Each is somewhere and missing somewhere, and named once."""
    assert not OF_DRIVERS.keys() & FEATURES.keys()
    names = {kind.name for kind in KINDS}
    assert all(set(having) < names for having in OF_DRIVERS.values())


@pytest.mark.parametrize("folder", ["histories", "projects"])
def test_every_scenario_has_a_claim(folder: str) -> None:
    """A sentence of its own."""
    files = list((Path(__file__).parent / folder).glob("*.txt"))
    claims = [read(file).claim for file in files]
    assert all(claim.endswith(".") for claim in claims)
    assert len(set(claims)) == len(claims) > 10
