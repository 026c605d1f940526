"""MySQL and MariaDB: ``mysqldump --single-transaction`` and its sibling ``mariadb-dump``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy import URL, text

from ..errors import BackupFailed
from .backups import Backup, first_number, program, quoted, run, server_version

# Without --hex-blob: what has twice the length may be more than the server takes in one piece.
_OPTIONS = (
    *("--single-transaction", "--routines", "--triggers", "--events"),
    *("--default-character-set=utf8mb4", "--max-allowed-packet=1G"),
)
_QUERY = {
    "unix_socket": "socket",
    "ssl_mode": "loose-ssl-mode",
    "ssl_ca": "ssl-ca",
    "ssl_cert": "ssl-cert",
    "ssl_key": "ssl-key",
}
"""What a URL's query says, and what an option file calls it."""
_HOST = text("""
    SELECT host, @@socket FROM information_schema.processlist WHERE id = CONNECTION_ID()
""")
_CIPHER = text("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
_CHARSET = text("""
    SELECT default_character_set_name, default_collation_name
    FROM information_schema.schemata WHERE schema_name = DATABASE()
""")


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
            options.write_text(option_file(self.url, self._way()), encoding="utf-8")
            # The option file has to come first.
            command = [found, f"--defaults-extra-file={options}", *_OPTIONS, *self.more]
            run([*command, f"--result-file={path}", "--", self.url.database or ""], {})

    def restore_command(self, path: Path) -> str:
        url, way = self.url, self._way()
        file = url.query.get("read_default_file")
        words = [self.client, *([f"--defaults-extra-file={file}"] if file else [])]
        words += ["--max-allowed-packet=1G", *(["--skip-ssl"] if "skip-ssl" in way else [])]
        if "socket" in way:
            words += ["-S", way["socket"]]
        elif url.host:
            words += ["--protocol=TCP"] if url.host == "localhost" and "protocol" in way else []
            words += ["-h", url.host, *(["-P", str(url.port)] if url.port else [])]
        words += ["-u", url.username, "-p"] if url.username else []
        # What is newer than the backup would stay in the way of the next upgrade.
        anew = f"{{ echo {quoted(self._anew())}; cat {quoted(str(path))}; }}"
        return f"{quoted('test', '-s', str(path))} && {anew} | {quoted(*words)}"

    def _anew(self) -> str:
        """The statements that make the database anew, empty, and enter it."""
        name = self.connection.dialect.identifier_preparer.quote(self.url.database or "")
        charset, collation = self.connection.execute(_CHARSET).one()
        return (
            f"DROP DATABASE IF EXISTS {name};"
            f" CREATE DATABASE {name} CHARACTER SET {charset} COLLATE {collation}; USE {name};"
        )

    def _way(self) -> dict[str, str]:
        """How our own connection goes: programs and drivers disagree on what "localhost" means."""
        host, socket = self.connection.execute(_HOST).one()
        if ":" in host:
            return {"protocol": "TCP"}
        given = str(self.url.query.get("unix_socket", socket))
        return {"socket": given} if Path(given).is_socket() else {}

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

    def _way(self) -> dict[str, str]:
        """Without encryption as well, where the server has none: newer programs insist on it."""
        encrypted = self.connection.execute(_CIPHER).one()[1]
        return super()._way() | ({} if encrypted else {"skip-ssl": ""})


def option_file(url: URL, way: Mapping[str, str] = MappingProxyType({})) -> str:
    """How to connect, where no other user can read it: not in the list of processes.

    :param way: further options; one that is "" is only named.
    """
    given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    given |= {_QUERY[k]: str(v) for k, v in url.query.items() if k in _QUERY}
    lines = [f"{name}={_option(str(value))}" for name, value in given.items() if value]
    lines += [f"{name}={_option(value)}" if value else name for name, value in way.items()]
    file = url.query.get("read_default_file")
    return "\n".join([*([f"!include {file}"] if file else []), "[client]", *lines, ""])


def _option(value: str) -> str:
    """A value in an option file: between quotes, of which only the outermost count."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
