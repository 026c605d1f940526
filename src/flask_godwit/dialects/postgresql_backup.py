"""PostgreSQL: ``pg_dump -Fc``."""

from __future__ import annotations

from collections.abc import Mapping
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


_EMPTY = """\
-- Drops everything in a PostgreSQL database but its extensions: first of all, a backup is restored
-- into an empty one. Objects that are newer than the backup would stay, or keep older ones from
-- being replaced. All of it happens, or nothing.
SET client_min_messages = warning;
DO $$
DECLARE
    statements text[];
    statement text;
BEGIN
    SELECT array_agg(command ORDER BY rank) INTO statements FROM (
        SELECT 1 AS rank, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) AS command
        FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE deptype = 'e'
                AND classid = 'pg_namespace'::regclass AND objid = pg_namespace.oid)
            AND NOT EXISTS (SELECT FROM pg_extension WHERE extnamespace = pg_namespace.oid)
        UNION ALL
        SELECT kind, format('DROP %s IF EXISTS %s CASCADE', named.type, named.identity)
        FROM (
            SELECT CASE WHEN relkind IN ('r', 'p', 'f') THEN 2 ELSE 3 END AS kind,
                'pg_class'::regclass AS class, oid AS number, relnamespace AS place
            FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
            UNION ALL
            SELECT 4, 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
            UNION ALL
            SELECT 5, 'pg_type'::regclass, oid, typnamespace
            FROM pg_type WHERE typtype IN ('d', 'e', 'r')
            UNION ALL
            SELECT 6, 'pg_collation'::regclass, oid, collnamespace FROM pg_collation
        ) AS found, pg_identify_object(found.class, found.number, 0) AS named
        WHERE place IN (SELECT oid FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE deptype = 'e'
                AND classid = found.class AND objid = found.number)
        UNION ALL
        SELECT 7, format('SELECT lo_unlink(%s)', oid) FROM pg_largeobject_metadata
    ) AS everything;
    FOREACH statement IN ARRAY coalesce(statements, '{}') LOOP
        EXECUTE replace(statement, 'DROP composite type', 'DROP TYPE');
    END LOOP;
END
$$;
"""


class PostgreSQLBackup(Backup):
    """A dump in PostgreSQL's own format, for ``pg_restore``."""

    suffix: ClassVar[str] = ".dump"
    beside: ClassVar[Mapping[str, str]] = {"empty_postgresql.sql": _EMPTY}

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
        (script,) = self.beside
        file = str(path.with_name(script))
        empty = quoted("psql", "-Xq", "-v", "ON_ERROR_STOP=1", *words, "-f", file)
        readable = f"{quoted('pg_restore', '--list', str(path))} > /dev/null"
        return f"{readable} && {empty} && {quoted('pg_restore', *words, str(path))}"

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
