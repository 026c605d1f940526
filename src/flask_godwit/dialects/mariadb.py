"""MariaDB: MySQL's protocol and error numbers."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Connection

from ..plans import Cost, Facts
from ..sql.action import Action
from .backups import Backup
from .mysql import MySQL
from .mysql_backup import MariaDBBackup
from .mysql_limits import MariaDBLimits, MySQLLimits
from .mysql_progress import look_mariadb
from .observer import Query, Sight


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
