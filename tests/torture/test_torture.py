"""A migration that is killed is a pause: the next one comes to the same end.

By default a few kills for each database; ``make torture`` does many more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.databases import Database
from tests.projects import Project
from tests.torture.revisions import (
    DOWNGRADES,
    OUTSIDE_TRANSACTIONS,
    OUTSIDE_TRANSACTIONS_BACK,
    UPGRADES,
)

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GODWIT_TORTURE_KILLS", "5"))
STRIDE = int(os.environ.get("GODWIT_TORTURE_STRIDE", "11"))
SEED = int(os.environ.get("GODWIT_TORTURE_SEED", "1"))
LONGEST_SECONDS = 3600

HEADER = """
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision, down_revision = "r{number}", {down}
"""


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_killed_at_every_boundary(project: Project, database: Database, command: str) -> None:
    """Before and after each statement and before each commit: nothing is lost or done twice."""
    write_history(project, database)
    assert drive(project, "boundaries", command, "--stride", str(STRIDE)) * STRIDE > 50


@pytest.mark.requires("create_database")
@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_cut_at_every_boundary(project: Project, database: Database, command: str) -> None:
    """The server ends the session there: the run goes on, and comes to the same end."""
    write_history(project, database)
    stride = STRIDE if STRIDE == 1 else 3 * STRIDE  # each takes a pause of the reconnect
    assert drive(project, "cuts", command, "--stride", str(stride)) * stride > 50


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_killed_again_and_again(project: Project, database: Database, command: str) -> None:
    """Each run is killed, the next one a little later: it comes to its end all the same."""
    write_history(project, database)
    assert drive(project, "again", command, "--stride", str(STRIDE)) * STRIDE > 50


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_killed_at_random(project: Project, database: Database, command: str) -> None:
    """At any moment, also within a statement and within a commit."""
    write_history(project, database)
    options = ["--kills", str(KILLS), "--seed", str(SEED)]
    assert drive(project, "random", command, *options) >= KILLS


def write_history(project: Project, database: Database) -> None:
    """The revisions of this package, and those that only this database can do."""
    upgrades, downgrades = [*UPGRADES], [*DOWNGRADES]
    if database.dialect == "sqlite":
        # What a revision commits by itself there is not noted, and not promised.
        del upgrades[-1], downgrades[-1]
    if database.dialect == "postgresql":
        upgrades.append(OUTSIDE_TRANSACTIONS)
        downgrades.append(OUTSIDE_TRANSACTIONS_BACK)
    for number, (up, down) in enumerate(zip(upgrades, downgrades, strict=True), start=1):
        before = repr(f"r{number - 1}") if number > 1 else None
        text = HEADER.format(number=number, down=before)
        text += f"\n\ndef upgrade():\n{_body(up)}\n\n\ndef downgrade():\n{_body(down)}\n"
        project.write(f"migrations/versions/r{number}.py", text)


def _body(text: str) -> str:
    return indent(dedent(text).strip(), "    ")


def drive(project: Project, *arguments: str) -> int:
    """Run the driver in the project's folder; how often it killed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.driver", *arguments],
        cwd=project.folder,
        env={
            **os.environ,
            "DATABASE_URL": project.database_url,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        },
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    kills: int = json.loads(done.stdout.splitlines()[-1])["kills"]
    return kills
