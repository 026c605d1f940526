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
from sqlalchemy import URL, NullPool, create_engine, make_url, text

from tests.databases import Database
from tests.projects import Project
from tests.servers import Server
from tests.torture.revisions import (
    DOWNGRADES,
    OUTSIDE_TRANSACTIONS,
    OUTSIDE_TRANSACTIONS_BACK,
    UPGRADES,
)

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GODWIT_TORTURE_KILLS", "5"))
STRIDE = int(os.environ.get("GODWIT_TORTURE_STRIDE", "11"))
# Of what takes longer than a kill.
WIDE_STRIDE = int(os.environ.get("GODWIT_TORTURE_STRIDE", "33"))
SEED = int(os.environ.get("GODWIT_TORTURE_SEED", "1"))
SERVER_KILLS = max(1, KILLS // 5)  # each takes seconds: the server recovers
CROWDS = int(os.environ.get("GODWIT_TORTURE_CROWDS", "1"))
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
    write_history(project, database.dialect)
    assert drive(project, "boundaries", command, "--stride", str(STRIDE)) * STRIDE > 50


@pytest.mark.requires("create_database")
@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_cut_at_every_boundary(project: Project, database: Database, command: str) -> None:
    """The server ends the session there: the run goes on, and comes to the same end."""
    write_history(project, database.dialect)
    assert drive(project, "cuts", command, "--stride", str(WIDE_STRIDE)) * WIDE_STRIDE > 50


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_killed_again_and_again(project: Project, database: Database, command: str) -> None:
    """Each run is killed, the next one a little later: it comes to its end all the same."""
    write_history(project, database.dialect)
    # Fewer than there are boundaries: what one run has done is not done again.
    assert drive(project, "again", command, "--stride", str(STRIDE)) * STRIDE > 40


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_killed_at_random(project: Project, database: Database, command: str) -> None:
    """At any moment, also within a statement and within a commit."""
    write_history(project, database.dialect)
    options = ["--kills", str(KILLS), "--seed", str(SEED)]
    assert drive(project, "random", command, *options) >= KILLS


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_interrupted_at_every_boundary(project: Project, database: Database, command: str) -> None:
    """Ctrl-C, once and twice: it stops without a traceback, and the next run goes on."""
    write_history(project, database.dialect)
    options = ["--stride", str(WIDE_STRIDE), "--seed", str(SEED)]
    assert drive(project, "interrupts", command, *options) * WIDE_STRIDE > 50


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_interrupted_at_random(project: Project, database: Database, command: str) -> None:
    """The same at any moment, also where the driver waits for the server."""
    write_history(project, database.dialect)
    options = ["--kills", str(KILLS), "--seed", str(SEED)]
    assert drive(project, "random-interrupts", command, *options) >= KILLS


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_crowds(project: Project, database: Database, command: str) -> None:
    """Sixteen at the same moment, again and again: one works, and all succeed."""
    write_history(project, database.dialect)
    assert drive(project, "crowds", command, "--kills", str(CROWDS)) == CROWDS


def test_server_killed_at_random(durable_server: Server, tmp_path: Path) -> None:
    """It is started again: the run goes on, or the next one does."""
    urls = {command: _new_database(durable_server, command) for command in ("upgrade", "downgrade")}
    durable_server.stop()
    which = ["--server", durable_server.name, "--instance", durable_server.instance]
    options = ["--kills", str(SERVER_KILLS), "--seed", str(SEED)]
    for command, url in urls.items():
        project = Project(tmp_path / command, url.render_as_string(hide_password=False))
        write_history(project, url.get_backend_name())
        assert drive(project, "servers", command, *which, *options) == SERVER_KILLS


def _new_database(server: Server, name: str) -> URL:
    url = make_url(server.url).set(database=f"torture_{name}")
    admin = create_engine(server.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # A session that was killed leaves its server, and that its data.
        connection.execute(text(f"DROP DATABASE IF EXISTS {url.database}"))
        connection.execute(text(f"CREATE DATABASE {url.database}"))
    return url


def write_history(project: Project, dialect: str) -> None:
    """The revisions of this package, and those that only this database can do."""
    upgrades, downgrades = [*UPGRADES], [*DOWNGRADES]
    if dialect == "sqlite":
        # What a revision commits by itself there is not noted, and not promised.
        del upgrades[-1], downgrades[-1]
    if dialect == "postgresql":
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
