"""A network that is silent: no answer comes any more, and no error either."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.databases import Database
from tests.engine.revisions import start_upgrade, write_revisions
from tests.engine.test_stopping import FIRST, wait_for
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


class Network:
    """Carries bytes between a port of ours and a server, until it is silent."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.silent = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.sockets = [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """All that was connected hears that it is over."""
        for each in self.sockets:
            with suppress(OSError):  # the other end was faster
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.target)
                self.sockets += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not self.silent:
                    other.sendall(data)
            if not self.silent:
                other.shutdown(socket.SHUT_WR)


@pytest.fixture
def network(database: Database) -> Iterator[Network]:
    url = make_url(database.url)
    assert url.host
    assert url.port
    made = Network(url.host, url.port)
    yield made
    made.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")
def test_the_operating_system_asks(project: Project) -> None:
    """Whether the server's machine is there, through the connection on which revisions run."""
    write_revisions(project, LOOKED_AFTER)
    assert "1 applied" in project.invoke("db", "upgrade").stdout


def test_a_third_one_ends_it(
    database: Database, network: Network, project: Project, tmp_path: Path
) -> None:
    """Nobody can end the statement, and the driver waits for ever: nothing is lost all the same."""
    through = make_url(database.url).set(host="127.0.0.1", port=network.port)
    far = Project(tmp_path / "far", through.render_as_string(hide_password=False))
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
