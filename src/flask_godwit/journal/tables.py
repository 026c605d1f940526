"""What our tables in a user's database have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, DateTime, Table, Text, inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable

WIDTH = 255
"""Characters of a name."""


# The usual ways, variants and `mysql_engine=`, would load MySQL's dialect on every database.
class LongText(Text):
    """Text of any length, where MySQL's TEXT ends after 64 KB."""


class Moment(DateTime):
    """A time with microseconds, where MySQL's DATETIME has whole seconds."""


@compiles(LongText, "mysql", "mariadb")
def _long_text(_type: LongText, _compiler: Any, **_options: Any) -> str:
    return "LONGTEXT"


@compiles(Moment, "mysql", "mariadb")
def _moment(_type: Moment, _compiler: Any, **_options: Any) -> str:
    return "DATETIME(6)"


class CreateOurs(CreateTable):
    """Makes a table of ours: on MySQL, whatever a database's defaults are, it takes part in
    transactions and holds any text.
    """


@compiles(CreateOurs, "mysql", "mariadb")
def _create_ours(create: CreateOurs, compiler: Any, **options: Any) -> str:
    plain: str = compiler.visit_create_table(create, **options)
    return f"{plain.rstrip()} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4\n\n"


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
