"""`create`, `drop` and `--wait`: the database itself."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa

from .apps import APP, Folder


@pytest.fixture
def missing(database, tmp_path):
    """The URL of a database that does not exist yet; it is dropped at the end."""
    url = sa.make_url(database.url)
    name = (
        f"{url.database}_not yet"
        if database.dialect != "sqlite"
        else str(tmp_path / "new" / "x.db")
    )
    return url.set(database=name)


class TestCreateAndDrop:
    def test_round_trip(self, shop, missing):
        """Create, create again, migrate, drop, drop again: each says what it did."""
        made = shop(url=missing)
        try:
            assert made.ok("create").stdout.startswith("Created ")
            assert made.ok("create").stdout.startswith("Exists already: ")
            made.ok("migrate")
            made.ok("upgrade")
            assert made.tables() == {"user"}
        finally:
            dropped = made.ok("drop", "--yes")
        assert dropped.stdout.startswith("Dropped ")
        assert made.ok("drop", "--yes").stdout.startswith("Was not there: ")

    def test_missing_is_said(self, shop, missing):
        """Every command on a database that is not there yet names it and `flask db create`."""
        made = shop(url=missing)
        made.revision("a", None)
        for command in ("upgrade", "current", "migrate", "check", "stamp"):
            answer = made.run(command)
            assert answer.exit_code == 1
            assert "does not exist yet" in answer.stderr
            assert "-> flask db create" in answer.stderr

    def test_json(self, shop, missing):
        """`--json` names each database and whether something was done."""
        made = shop(url=missing)
        (found,) = made.ok("create", "--json").json
        assert set(found) == {"bind", "database", "done"}
        assert found["done"] is True
        made.ok("drop", "--yes", "--json")

    def test_drop_is_guarded(self, shop, missing):
        """Without a terminal and without `--yes` nothing is dropped."""
        made = shop(url=missing)
        made.ok("create")
        answer = made.run("drop")
        assert answer.exit_code == 1
        assert "flask db drop --yes" in answer.stderr
        assert made.ok("drop", "--yes").stdout.startswith("Dropped ")

    def test_memory(self, shop):
        """A database in memory can be neither created nor dropped: said, not a traceback."""
        answer = shop(url="sqlite://").run("drop", "--yes")
        assert answer.exit_code == 1
        assert "memory" in answer.stderr

    def test_binds(self, shop, tmp_path):
        """`create` makes all databases, `--bind` one."""
        made = shop(binds={name: f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")})
        made.ok("create", "--bind", "one")
        assert (tmp_path / "one.db").exists()
        assert not (tmp_path / "two.db").exists()
        made.ok("create")
        assert (tmp_path / "two.db").exists()
        made.ok("drop", "--yes", "--bind", "two")
        assert (tmp_path / "one.db").exists()
        assert not (tmp_path / "two.db").exists()

    def test_unknown_bind(self, shop):
        """A bind that does not exist: the binds that do."""
        for command in ("create", "upgrade", "status", "current", "migrate"):
            made = shop(binds={"one": "sqlite://"})
            made.versions.mkdir(parents=True, exist_ok=True)
            answer = made.run(command, "--bind", "nine")
            assert answer.exit_code == 1, command
            assert "There is no bind 'nine'" in answer.stderr
            assert "default, one" in answer.stderr

    @pytest.mark.requires("create_database")
    @pytest.mark.parametrize("name", ["100% my:own", 'quo"te', "back`tick", "Größe"])
    def test_awkward_names(self, shop, database, name):
        """A database's name may hold what SQL or a driver would trip over."""
        url = sa.make_url(database.url)
        made = shop(url=url.set(database=f"{url.database} {name}"))
        made.ok("create")
        try:
            assert made.ok("create").stdout.startswith("Exists already")
            made.ok("migrate")
            made.ok("upgrade")
            assert made.tables() == {"user"}
        finally:
            assert made.ok("drop", "--yes").stdout.startswith("Dropped")


class TestDropAtATerminal:
    def answer(self, folder: Folder, typed: str) -> tuple[int, str]:
        """Run `flask db drop` at a pseudo-terminal and type an answer."""
        leader, follower = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "flask", "db", "drop"],
            cwd=folder.root,
            env=folder.environment,
            stdin=follower,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            os.write(leader, f"{typed}\n".encode())
            output = process.communicate(timeout=60)[0]
        os.close(leader)
        os.close(follower)
        return process.returncode, output

    def test_wrong_name(self, folder):
        """Another name than the database's: nothing is dropped."""
        folder.write(app=APP)
        folder.flask("db", "create")
        code, output = self.answer(folder, "yes")
        assert code == 1
        assert "nothing was dropped" in output
        assert (folder.root / "instance" / "app.db").exists()

    @pytest.mark.parametrize("typed", ["{0}/x.db", "x.db"])
    def test_right_name(self, folder, typed):
        """The database's name drops it: of a file the whole path, or its own name."""
        folder.write(
            app=APP.replace('"sqlite:///app.db"', '"sqlite:////tmp/x"').replace(
                "/tmp/x", str(folder.root / "x.db")
            )
        )
        folder.flask("db", "create")
        code, output = self.answer(folder, typed.format(folder.root))
        assert code == 0, output
        assert not (folder.root / "x.db").exists()


class TestWait:
    def forward_later(self, port: int, target: tuple[str, int], delay: float) -> threading.Thread:
        """Open a port after a while that forwards to a server."""

        def pump(source: socket.socket, sink: socket.socket) -> None:
            try:
                while data := source.recv(65536):
                    sink.sendall(data)
            except OSError:
                pass
            finally:
                for one in (source, sink):
                    one.close()

        def serve() -> None:
            time.sleep(delay)
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", port))
                listener.listen()
                listener.settimeout(5)
                pumps = []
                try:
                    while True:
                        client, _ = listener.accept()
                        client.settimeout(None)
                        server = socket.create_connection(target)
                        server.settimeout(None)
                        for pair in ((client, server), (server, client)):
                            pumps.append(threading.Thread(target=pump, args=pair, daemon=True))
                            pumps[-1].start()
                except TimeoutError:
                    pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        return thread

    @pytest.mark.requires("create_database")
    def test_server_that_starts_later(self, shop, database, unused_port):
        """`--wait` goes on trying until the server answers, then works as usual."""
        url = sa.make_url(database.url)
        target = (url.host or "127.0.0.1", url.port or 0)
        made = shop(url=url.set(host="127.0.0.1", port=unused_port))
        made.revision("a", None)
        self.forward_later(unused_port, target, delay=1.0)
        began = time.monotonic()
        assert "1 applied" in made.ok("upgrade", "--wait", "20").stdout
        assert time.monotonic() - began > 0.7
        made.close()

    @pytest.mark.parametrize("driver", ["postgresql+psycopg2", "postgresql+psycopg", "mysql"])
    def test_server_that_never_starts(self, shop, unused_port, driver):
        """After the given seconds: no server answers, and where it was looked for."""
        made = shop(url=f"{driver}://someone@127.0.0.1:{unused_port}/shop")
        made.revision("a", None)
        began = time.monotonic()
        answer = made.run("upgrade", "--wait", "0.6")
        assert 0.5 < time.monotonic() - began < 8
        assert answer.exit_code == 1
        assert "server answers at" in answer.stderr
        assert f":{unused_port}/shop" in answer.stderr
        assert "--wait" in answer.stderr

    def test_setting(self, shop, unused_port):
        """GODWIT_WAIT_SECONDS is `--wait` for every command; `--wait` wins."""
        url = f"postgresql+psycopg2://someone@127.0.0.1:{unused_port}/shop"
        made = shop(url=url, config={"GODWIT_WAIT_SECONDS": 0.6})
        made.revision("a", None)
        began = time.monotonic()
        assert made.run("current").exit_code == 1
        assert time.monotonic() - began > 0.5
        began = time.monotonic()
        assert made.run("current", "--wait", "0").exit_code == 1
        assert time.monotonic() - began < 0.5

    @pytest.mark.requires("create_database")
    def test_wrong_password_is_not_waited_for(self, shop, database):
        """A refusal is final: waiting would not help."""
        url = sa.make_url(database.url).set(username="nobody_here", password="wrong77")
        made = shop(url=url)
        made.revision("a", None)
        began = time.monotonic()
        answer = made.run("current", "--wait", "30")
        assert time.monotonic() - began < 10
        assert answer.exit_code == 1
        assert "wrong77" not in answer.output
        assert answer.stderr.startswith("Error: ")
