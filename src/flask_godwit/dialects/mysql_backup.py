"""MySQL and MariaDB: ``mysqldump --single-transaction`` and its sibling ``mariadb-dump``."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from sqlalchemy import URL

from ..errors import BackupFailed
from .backups import Backup, first_number, program, quoted, run, server_version

_OPTIONS = ("--single-transaction", "--routines", "--triggers", "--events", "--hex-blob")
_QUERY = {
    "unix_socket": "socket",
    "ssl_ca": "ssl-ca",
    "ssl_cert": "ssl-cert",
    "ssl_key": "ssl-key",
}
"""What a URL's query says, and what an option file calls it."""


class MySQLBackup(Backup):
    """The SQL that makes the database anew."""

    suffix: ClassVar[str] = ".sql"
    programs: ClassVar[tuple[str, ...]] = ("mysqldump",)
    client: ClassVar[str] = "mysql"
    more: ClassVar[tuple[str, ...]] = ("--no-tablespaces", "--set-gtid-purged=OFF")

    def check(self) -> None:
        found, words = program(*self.programs)
        if "MariaDB" in words:
            raise self._wrong(f"{found} is MariaDB's, and the server is MySQL.")
        version = server_version(self.connection)
        if first_number(words) < version:
            raise self._wrong(
                f"{found} is of version {first_number(words)}, the server of version {version}."
            )

    def write(self, path: Path) -> None:
        found, _ = program(*self.programs)
        with TemporaryDirectory(prefix="godwit-") as folder:
            options = Path(folder, "client.cnf")
            options.touch(mode=0o600)
            options.write_text(option_file(self.url), encoding="utf-8")
            # The option file has to come first.
            command = [found, f"--defaults-extra-file={options}", *_OPTIONS, *self.more]
            run([*command, f"--result-file={path}", "--", self.url.database or ""], {})

    def restore_command(self, path: Path) -> str:
        url, socket = self.url, self.url.query.get("unix_socket")
        words = [self.client, *(["-S", str(socket)] if socket else [])]
        words += ["-h", url.host] if url.host and not socket else []
        words += ["-P", str(url.port)] if url.port and not socket else []
        words += ["-u", url.username, "-p"] if url.username else []
        return f"{quoted(*words, url.database or '')} < {quoted(str(path))}"

    @staticmethod
    def _wrong(message: str) -> BackupFailed:
        return BackupFailed(
            message,
            hint="Put the server's own client programs first on the PATH, or go on without a"
            " backup: flask db upgrade --no-backup",
        )


class MariaDBBackup(MySQLBackup):
    """MariaDB's program is called by either name."""

    programs: ClassVar[tuple[str, ...]] = ("mariadb-dump", "mysqldump")
    client: ClassVar[str] = "mariadb"
    more: ClassVar[tuple[str, ...]] = ("--no-tablespaces",)

    def check(self) -> None:
        found, words = program(*self.programs)
        if "MariaDB" not in words:
            raise self._wrong(f"{found} is MySQL's, and the server is MariaDB.")


def option_file(url: URL) -> str:
    """How to connect, where no other user can read it: not in the list of processes."""
    given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    given |= {_QUERY[k]: str(v) for k, v in url.query.items() if k in _QUERY}
    lines = [f"{name}={_option(str(value))}" for name, value in given.items() if value]
    return "\n".join(["[client]", *lines, ""])


def _option(value: str) -> str:
    """A value in an option file: between quotes, of which only the outermost count."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
