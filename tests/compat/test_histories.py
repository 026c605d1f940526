"""Real histories do odd things, and run with us as they run under Flask-Migrate.

Each oddity is a file in ``histories/``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.compat.scenario import Scenario, on_each_database
from tests.databases import POSTGRESQL, SQLITE


@pytest.mark.parametrize(("scenario", "database_kind"), on_each_database("histories"))
def test_runs_as_under_flask_migrate(
    scenario: Scenario, runs_as_under_flask_migrate: Callable[[Scenario], None]
) -> None:
    """After every command: the same schema, rows, version table, scripts and exit code."""
    runs_as_under_flask_migrate(scenario)


MANY = 510
BRANCHES_EVERY = 40
REVISION = '''"""number {name}"""
import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {parents!r}


def upgrade():
    if {number} % 20 == 0:
        op.create_table("t{number}", sa.Column("id", sa.Integer, primary_key=True))
    elif {number} % 20 == 1:
        op.add_column("t{even}", sa.Column("name", sa.String(20)))
    else:
        op.execute("INSERT INTO t{even} (id) VALUES ({number})")


def downgrade():
    if {number} % 20 == 0:
        op.drop_table("t{number}")
    elif {number} % 20 == 1:
        with op.batch_alter_table("t{even}") as batch:
            batch.drop_column("name")
    else:
        op.execute("DELETE FROM t{even} WHERE id = {number}")
'''


def many_revisions() -> Iterator[tuple[str, str]]:
    """Files of a long history; now and then two developers work at once, and a third merges."""
    parents: str | tuple[str, ...] | None = None
    for number in range(MANY):
        name = f"r{number:04}"
        source = REVISION.format(
            name=name, number=number, even=number - number % 20, parents=parents
        )
        yield f"migrations/versions/{name}_some_change.py", source
        parents = name
        if number % BRANCHES_EVERY == BRANCHES_EVERY - 1:
            parents = (f"{name}a", f"{name}b")
            for side in parents:
                yield f"migrations/versions/{side}.py", EMPTY.format(name=side, parents=name)


EMPTY = """revision = "{name}"
down_revision = {parents!r}


def upgrade():
    pass


downgrade = upgrade
"""


@pytest.mark.parametrize("database_kind", [SQLITE, POSTGRESQL], ids=str)
def test_hundreds_of_revisions_run_as_under_flask_migrate(
    runs_as_under_flask_migrate: Callable[[Scenario], None],
) -> None:
    """More than 500, with branches and merges, all the way up and some way down."""
    steps = "flask db upgrade\nflask db downgrade r0479\n"
    files = {**dict(many_revisions()), "steps": steps}
    runs_as_under_flask_migrate(Scenario("many", "", {}, files))
