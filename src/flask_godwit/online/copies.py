"""A copy of a table that takes its place while others write: what makes it, and where it can't.

For what MySQL and MariaDB only do with a copy of their own, for which everybody waits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, text

from ..errors import TableMissing
from ..surroundings import Surroundings

_NAME = r"(?:`(?:[^`]|``)+`|[^\s.`]+)"
_ALTER = re.compile(rf"\s*ALTER\s+TABLE\s+{_NAME}(?:\.{_NAME})?\s+(.+)", re.IGNORECASE | re.DOTALL)
_MODIFY = re.compile(rf"MODIFY\s+({_NAME})\s+(.+)", re.IGNORECASE | re.DOTALL)
FOREIGN_KEY = "a foreign key"
REFERRED_TO = "a foreign key that refers to it"
_MISSING = """
    SELECT count(*) = 0 FROM information_schema.tables
    WHERE table_schema = :schema AND table_name = :table
"""
_OBSTACLES = {
    FOREIGN_KEY: """
        SELECT count(*) FROM information_schema.key_column_usage
        WHERE table_schema = :schema AND table_name = :table AND referenced_table_name IS NOT NULL
    """,
    REFERRED_TO: """
        SELECT count(*) FROM information_schema.key_column_usage
        WHERE referenced_table_schema = :schema AND referenced_table_name = :table
    """,
    "a trigger": """
        SELECT count(*) FROM information_schema.triggers
        WHERE event_object_schema = :schema AND event_object_table = :table
          AND trigger_name NOT LIKE 'pt\\_osc\\_%' AND trigger_name NOT LIKE 'godwit\\_copy\\_%'
    """,
    "a CHECK, whose name would change": """
        SELECT count(*) FROM information_schema.table_constraints
        WHERE table_schema = :schema AND table_name = :table AND constraint_type = 'CHECK'
          AND version() NOT LIKE '%MariaDB%'
    """,
    "no primary key": """
        SELECT count(*) = 0 FROM information_schema.table_constraints
        WHERE table_schema = :schema AND table_name = :table AND constraint_type = 'PRIMARY KEY'
    """,
    "a history of its own": """
        SELECT count(*) FROM information_schema.tables
        WHERE table_schema = :schema AND table_name = :table AND table_type = 'SYSTEM VERSIONED'
    """,
}


class TableCopy:
    """One statement on one table, done by a copy that others write to as well."""

    maker: ClassVar[str] = ""
    """Who makes it, as the setting says it."""
    in_words: ClassVar[str] = ""
    copes_with: ClassVar[tuple[str, ...]] = ()
    """What is no obstacle to this way."""

    def __init__(
        self, connection: Connection, table: str, schema: str | None, sql: str, around: Surroundings
    ) -> None:
        self.connection = connection
        self.table = table
        self.schema = schema or str(connection.exec_driver_sql("SELECT database()").scalar())
        self.around = around
        found = _ALTER.fullmatch(sql)
        self.alter = found[1] if found else ""

    def why_not(self) -> str:
        """Why it can't be made; "" if it can.

        :raises TableMissing: it can't be said of a table that the script only makes or renames.
        """
        if not self.alter:
            return "the statement is no ALTER TABLE"
        obstacles = {words: q for words, q in _OBSTACLES.items() if words not in self.copes_with}
        every = ", ".join(f"({query})" for query in (_MISSING, *obstacles.values()))
        is_missing, *found = self._row(f"SELECT {every}")
        if is_missing:
            raise TableMissing(f"There is no table {self.schema}.{self.table}.")
        for words, is_there in zip(obstacles, found, strict=True):
            if is_there:
                return f"the table has {words}"
        return self.why_not_this()

    def why_not_this(self) -> str:
        """The same of the statement, for what is special about this way."""
        raise NotImplementedError

    def run(self) -> None:
        """Copy the table, and put the copy in its place; if that fails, the table is as it was.

        :raises OnlineToolFailed: it could not be done.
        """
        raise NotImplementedError

    def clean(self) -> None:
        """Remove the old table, and what a copy that was killed has left."""
        raise NotImplementedError

    def asked(self, query: str) -> bool:
        """The answer to a question about the table."""
        return bool(self._row(query)[0])

    def _row(self, query: str) -> Sequence[Any]:
        values = {"schema": self.schema, "table": self.table}
        return self.connection.execute(text(query), values).one()

    def keeps_values(self) -> bool:
        """Whether the values of the column that the statement changes are known to stay."""
        # A plan on any database loads this file, and only a copy on MySQL comes here.
        from ..dialects.mysql_widening import holds_all
        from ..mysql.column import column_in, parsed

        if re.match(r"(CHANGE|CONVERT)\b", self.alter, re.IGNORECASE):
            return False
        name = self.changed_column
        found = _MODIFY.fullmatch(self.alter)
        if found is None:
            return True
        created = self.connection.exec_driver_sql(f"SHOW CREATE TABLE {self.quoted(self.table)}")
        old, new = column_in(str(created.one()[1]), name), parsed(found[2])
        if "," in new.others.split():  # the statement goes on
            return False
        return old is not None and old.charset == new.charset and holds_all(old.type, new.type)

    @property
    def changed_column(self) -> str:
        """The column whose definition the statement says anew, "" if it is about something else."""
        found = _MODIFY.fullmatch(self.alter)
        return found[1].strip("`").replace("``", "`") if found else ""

    def drop(self, kind: str, name: str) -> None:
        """Drop a table or a trigger, if it is there."""
        self.connection.exec_driver_sql(f"DROP {kind} IF EXISTS {self.quoted(name)}")

    def quoted(self, name: str) -> str:
        """The name of something in the table's schema, for a statement."""
        quote = self.connection.dialect.identifier_preparer.quote_identifier
        return f"{quote(self.schema)}.{quote(name)}".replace("%", "%%")


def copy_of(
    connection: Connection, table: str, schema: str | None, sql: str, around: Surroundings
) -> TableCopy | None:
    """The copy that the settings ask for; None where the server is to make its own."""
    from .own_copy import OwnCopy
    from .tool import CopyTool

    kinds: dict[str, type[TableCopy]] = {kind.maker: kind for kind in (OwnCopy, CopyTool)}
    kind = kinds.get(around.settings.online_tool)
    return None if kind is None else kind(connection, table, schema, sql, around)
