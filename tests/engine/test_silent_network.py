"""A network that is silent: no answer comes any more, and no error either."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.databases import Database
from tests.engine.revisions import start_upgrade, write_revisions
from tests.engine.test_stopping import FIRST, wait_for
from tests.network import Network
from tests.projects import Project

pytestmark = pytest.mark.requires("create_database")

SENDS_INTO_SILENCE = """
import pathlib, time
pathlib.Path("begun").touch()
while not pathlib.Path("silent").exists():
    time.sleep(0.02)
op.execute("INSERT INTO first VALUES (1)")
"""


LOOKED_AFTER = """
import os, socket
raw = op.get_bind().connection.dbapi_connection
with socket.socket(fileno=os.dup(raw.fileno())) as own:
    told = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    asks = own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    after = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
assert told == 60_000 and asks and after == 30, (told, asks, after)
"""


@pytest.fixture
def network(database: Database) -> Iterator[Network]:
    with closing(Network(database)) as made:
        yield made


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")
def test_the_operating_system_asks(project: Project) -> None:
    """Whether the server's machine is there, through the connection on which revisions run."""
    write_revisions(project, LOOKED_AFTER)
    assert "1 applied" in project.invoke("db", "upgrade").stdout


def test_a_third_one_ends_it(
    database: Database, network: Network, project: Project, tmp_path: Path
) -> None:
    """Nobody can end the statement, and the driver waits for ever: nothing is lost all the same."""
    far = Project(tmp_path / "far", network.through)
    for each in (far, project):
        write_revisions(each, FIRST, SENDS_INTO_SILENCE)
    upgrade = start_upgrade(far)
    wait_for(far)
    network.silent = True
    (far.folder / "silent").touch()
    for _ in range(3):
        time.sleep(0.5)
        assert upgrade.poll() is None
        upgrade.send_signal(signal.SIGINT)
    _, errors = upgrade.communicate(timeout=30)
    assert upgrade.returncode == 130, errors
    assert "Error: Stopped." in errors
    network.close()
    (project.folder / "silent").touch()
    assert "1 applied" in project.invoke("db", "upgrade").stdout
    with database.engine() as engine, engine.connect() as connection:
        assert connection.scalars(text("SELECT id FROM first")).all() == [1]
