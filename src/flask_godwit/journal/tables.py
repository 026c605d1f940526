"""What our tables in a user's database have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, Text, inspect
from sqlalchemy.dialects.mysql import LONGTEXT

WIDTH = 255
"""Characters of a name."""

LONG_TEXT = Text().with_variant(LONGTEXT(), "mysql", "mariadb")

IN_TRANSACTIONS: dict[str, Any] = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in (("engine", "InnoDB"), ("charset", "utf8mb4"))
}
"""Options of our tables on MySQL: whatever a database's defaults are, they take part in
transactions and hold any text."""


class KeptTable:
    """The rows of one version table in a table of ours, which is made with the first row.

    :param schema: where the version table is; None is the default schema.
    """

    def __init__(self, version_table: str, schema: str | None, table: Table) -> None:
        self.version_table = version_table
        self.schema = schema
        self.table = table

    def exists(self, connection: Connection) -> bool:
        """Whether anything was ever written."""
        return inspect(connection).has_table(self.table.name, schema=self.schema)
