"""MySQL, and what it has in common with MariaDB."""

from __future__ import annotations

import os
import shutil
import socket
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import debian
from tests.servers.place import give_to_servers
from tests.servers.processes import CommandFailed, as_server, run
from tests.servers.server import PASSWORD, USER, Server

FAST = ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"]


@dataclass(frozen=True)
class Programs:
    """How to run the server's program."""

    command: tuple[str, ...]
    share: Path


class MySQLFamily(Server):
    """A server of the program ``mysqld``, or of one that descends from it."""

    scheme = "mysql+mysqldb"
    client = "MySQLdb"
    suite: str
    package: str
    program: str

    def installed(self) -> Programs | None:
        """The program that the machine has, if it is the right one."""
        found = shutil.which(self.program, path=_search_path())
        if not found or not self.is_right(_version((found,))):
            return None
        prefix = Path(found).resolve().parents[1]
        return Programs((found, "--no-defaults"), self.share_of(prefix))

    @abstractmethod
    def is_right(self, version: str) -> bool:
        """Whether a program that says this is the one: ``mysqld`` is often MariaDB's."""

    @abstractmethod
    def share_of(self, prefix: Path) -> Path:
        """The folder of messages and character sets."""

    @property
    def programs(self) -> Programs:
        return self.installed() or self._downloaded()

    def obstacle(self) -> str | None:
        if self.installed() or self._root.exists():
            return None
        return debian.obstacle()

    def fetch(self) -> None:
        if not self.installed() and not self._root.exists():
            debian.unpack(self.suite, self.package, self._root)

    def version(self) -> str:
        return _version(self.programs.command)

    def command(self, port: int) -> Sequence[str]:
        return [
            *self.programs.command,
            f"--datadir={self.data}",
            self.own_tmpdir,
            "--bind-address=127.0.0.1",
            f"--port={port}",
            "--socket=socket",  # in the data directory: a whole path may be too long
            f"--pid-file={self.files / 'pid'}",
            f"--init-file={self._account()}",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--max-connect-errors=1000000",  # our greetings end without a login
            *([] if self.durable else FAST),
        ]

    @property
    def own_tmpdir(self) -> str:
        """A server that starts deletes what looks temporary, and the other servers' with it."""
        folder = self.files / "tmp"
        give_to_servers(folder)
        return f"--tmpdir={folder}"

    def answers(self, port: int) -> bool:
        """The server greets first, once it is ready to serve."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                return len(connection.recv(5)) == 5
        except OSError:
            return False

    def _account(self) -> Path:
        """Statements that the server runs each time it starts."""
        file = self.files / "account.sql"
        file.write_text(
            f"CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        )
        file.chmod(0o644)
        return file

    def _downloaded(self) -> Programs:
        share = self.share_of(self._root / "usr")
        own_files = (
            "--no-defaults",
            f"--basedir={self._root / 'usr'}",
            f"--lc-messages-dir={share}",
            f"--character-sets-dir={share / 'charsets'}",
            f"--plugin-dir={self._root / 'usr/lib/mysql/plugin'}",
        )
        command = debian.Unpacked(self._root).command(f"usr/sbin/{self.program}")
        return Programs((*command, *own_files), share)

    @property
    def _root(self) -> Path:
        return self.downloads / f"{self.package}-{self.suite}"


class MySQL(MySQLFamily):
    """The machine's own MySQL, else Debian's newest: only its unstable suite has one."""

    name = "mysql"
    suite = "sid"
    package = "mysql-server-core"
    program = "mysqld"

    def is_right(self, version: str) -> bool:
        return bool(version) and "MariaDB" not in version

    def share_of(self, prefix: Path) -> Path:
        return prefix / "share/mysql"

    def initialise(self, data: Path) -> None:
        make = [
            *self.programs.command,
            "--initialize-insecure",
            f"--datadir={data}",
            self.own_tmpdir,
        ]
        run(make, **as_server(self.files))

    def command(self, port: int) -> Sequence[str]:
        return [*super().command(port), "--mysqlx=OFF", "--secure-file-priv="]


def _version(command: Sequence[str]) -> str:
    try:
        return run([*command, "--version"]).strip()
    except CommandFailed:
        return ""


def _search_path() -> str:
    """Servers are in ``sbin``, which is not on everybody's path."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
