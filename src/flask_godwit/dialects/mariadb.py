"""MariaDB: MySQL's protocol and error numbers."""

from __future__ import annotations

from typing import ClassVar

from .mysql import MySQL


class MariaDB(MySQL):
    """MariaDB."""

    name: ClassVar[str] = "MariaDB"
