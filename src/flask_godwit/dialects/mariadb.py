"""MariaDB: MySQL's protocol and error numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import Connection, inspect

from ..plans import Cost, Facts
from ..sql.action import Action
from .backups import Backup
from .counters import USUAL
from .mysql import MySQL
from .mysql_backup import MariaDBBackup
from .mysql_limits import MariaDBLimits, MySQLLimits
from .mysql_progress import look_mariadb
from .observer import Query, Sight

# The options of a sequence by its column, and what each is when nobody says anything.
_SEQUENCE = {
    "start": ("start_value", 1, "START WITH"),
    "increment": ("increment", 1, "INCREMENT BY"),
    "minimum": ("minimum_value", 1, "MINVALUE"),
    "maximum": ("maximum_value", 2**63 - 2, "MAXVALUE"),
    "cache": ("cache_size", 1000, "CACHE"),
}


class MariaDB(MySQL):
    """MariaDB."""

    name: str = "MariaDB"
    checks_block_renames: ClassVar[bool] = False

    def cost(self, action: Action, facts: Facts) -> Cost:
        from .mariadb_locks import cost

        return cost(action, facts)

    def backup(self, connection: Connection) -> Backup:
        return MariaDBBackup(connection)

    def _look(self, session: int, query: Query) -> Sight:
        return look_mariadb(session, query)

    limits: ClassVar[type[MySQLLimits]] = MariaDBLimits

    usual_sequence: ClassVar[Mapping[str, str]] = {
        **USUAL,
        "cache": "CACHE 1000",
        "cycle": "NOCYCLE",
    }

    def sequences(
        self, connection: Connection
    ) -> Mapping[tuple[str | None, str], Mapping[str, str]]:
        return {
            (None, name): _sequence_options(connection, name)
            for name in inspect(connection).get_sequence_names()
        }


def _sequence_options(connection: Connection, name: str) -> dict[str, str]:
    """The options of a sequence that are not the usual ones."""
    quoted = connection.dialect.identifier_preparer.quote(name)
    row = connection.exec_driver_sql(f"SELECT * FROM {quoted}").mappings().one()
    found = {
        option: f"{word} {row[column]}"
        for option, (column, usual, word) in _SEQUENCE.items()
        if row[column] != usual
    }
    return {**found, **({"cycle": "CYCLE"} if row["cycle_option"] else {})}
