"""MariaDB: MySQL's protocol and error numbers."""

from __future__ import annotations

from typing import ClassVar

from .mysql import MySQL
from .mysql_limits import MariaDBLimits, MySQLLimits


class MariaDB(MySQL):
    """MariaDB."""

    name: str = "MariaDB"
    checks_block_renames: ClassVar[bool] = False
    limits: ClassVar[type[MySQLLimits]] = MariaDBLimits
