"""MariaDB."""

from __future__ import annotations

from pathlib import Path

from tests.servers.mysql import MySQLFamily
from tests.servers.place import give_to_servers
from tests.servers.processes import as_server, run

# What mariadb-install-db does, which can't go through another loader.
SCRIPTS = (
    "{}_system_tables.sql",
    "{}_performance_tables.sql",
    "{}_system_tables_data.sql",
    "fill_help_tables.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "{}_sys_schema.sql",
)
# Each statement on a line of its own.
FIRST = """\
CREATE DATABASE mysql;
USE mysql;
SET @auth_root_socket=NULL;
SET @skip_auth_anonymous=1;
"""


class MariaDB(MySQLFamily):
    """The machine's own MariaDB, else the 10.11 of Debian 12."""

    name = "mariadb"
    suite = "bookworm"
    package = "mariadb-server-core"
    program = "mariadbd"

    def is_right(self, version: str) -> bool:
        return "MariaDB" in version

    def share_of(self, prefix: Path) -> Path:
        """The folder that has the SQL scripts: its name changed with version 11."""
        new = prefix / "share/mariadb"
        return new if new.exists() else prefix / "share/mysql"

    def initialise(self, data: Path) -> None:
        give_to_servers(data)
        make = [*self.programs.command, "--bootstrap", f"--datadir={data}", self.own_tmpdir]
        run(
            [*make, "--log-warnings=0", "--enforce-storage-engine="],
            input=self._scripts(),
            **as_server(self.files),
        )

    def _scripts(self) -> str:
        share = self.programs.share
        prefix = "mariadb" if (share / "mariadb_system_tables.sql").exists() else "mysql"
        files = [share / name.format(prefix) for name in SCRIPTS]
        return FIRST + "".join(file.read_text(encoding="utf-8") for file in files)
