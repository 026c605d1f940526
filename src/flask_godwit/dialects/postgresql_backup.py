"""PostgreSQL: ``pg_dump -Fc``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ..errors import BackupFailed
from .backups import Backup, first_number, program, quoted, run, server_version

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "gssencmode": "PGGSSENCMODE",
    "channel_binding": "PGCHANNELBINDING",
}
"""libpq's words for a connection, and the variables that say the same."""


class PostgreSQLBackup(Backup):
    """A dump in PostgreSQL's own format, for ``pg_restore``."""

    suffix: ClassVar[str] = ".dump"

    def check(self) -> None:
        found, words = program("pg_dump")
        version = server_version(self.connection)
        if first_number(words) < version:
            raise BackupFailed(
                f"{found} is of version {first_number(words)}, the server of version {version}:"
                " an older pg_dump can't read it.",
                hint="Put a pg_dump that is as new as the server first on the PATH, or go on"
                " without a backup: flask db upgrade --no-backup",
            )

    def write(self, path: Path) -> None:
        found, _ = program("pg_dump")
        environment = {_VARIABLES[k]: v for k, v in self._parameters().items() if k in _VARIABLES}
        run([found, "--format=custom", "--no-password", f"--file={path}"], environment)

    def restore_command(self, path: Path) -> str:
        parameters = self._parameters()
        named = {"-h": "host", "-p": "port", "-U": "user", "-d": "dbname"}
        words = [w for flag, k in named.items() if parameters.get(k) for w in (flag, parameters[k])]
        return quoted("pg_restore", "--clean", "--if-exists", *words, str(path))

    def _parameters(self) -> dict[str, str]:
        """What the connection was really made with, as far as the driver tells, else the URL."""
        info: Any = getattr(self.connection.connection.dbapi_connection, "info", None)
        url = self.url
        given = {k: v if isinstance(v, str) else ",".join(v) for k, v in url.query.items()}
        given |= {"host": url.host or given.get("host", ""), "port": str(url.port or "")}
        given |= {"user": url.username or "", "dbname": url.database or ""}
        given["password"] = str(url.password or "")
        if hasattr(info, "dsn_parameters"):
            given |= info.dsn_parameters
        elif hasattr(info, "get_parameters"):
            given |= info.get_parameters()
        password = getattr(info, "password", None)
        given |= {"password": password} if password else {}
        return {name: str(value) for name, value in given.items() if value}
