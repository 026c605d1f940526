"""What MySQL and MariaDB are told for a copy that others write to: triggers, a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import NullType

# Made in this order: a row that one has written to the copy is followed by those already there.
EVENTS = ("delete", "update", "insert")


@dataclass(frozen=True)
class CopyStatements:
    """The texts for one table.

    :param table: its name as statements say it; ``copy`` likewise.
    :param columns: what both have, and what can be written.
    :param keys: the primary key.
    """

    table: str
    copy: str
    columns: tuple[Column[Any], ...]
    keys: tuple[Column[Any], ...]

    def trigger(self, event: str) -> str:
        """What a trigger does to the copy.

        UPDATE IGNORE sets it off for rows, too, that it leaves as they are: so what the table has
        then is copied, not what it was to have.
        """
        names = ", ".join(quoted(column.name) for column in self.columns)
        delete = f"DELETE FROM {self.copy} WHERE {self._has_key(self.copy, 'OLD')}"
        if event == "delete":
            return delete
        replace = f"REPLACE INTO {self.copy} ({names})"
        if event == "insert":
            values = ", ".join(f"NEW.{quoted(column.name)}" for column in self.columns)
            return f"{replace} VALUES ({values})"
        old, new = self._row("1", "OLD"), self._row(names, "NEW")
        return f"BEGIN {delete} AND NOT EXISTS ({old}); {replace} {new}; END"

    def same(self, *, values: bool) -> str:
        """A condition: a row of ``a`` and one of ``b`` are the same.

        :param values: whether all that can be compared is, not only the key.
        """
        same = [f"a.{quoted(column.name)} = b.{quoted(column.name)}" for column in self.keys]
        if values:
            rest = [column for column in self.columns if not isinstance(column.type, NullType)]
            same += [f"a.{quoted(column.name)} <=> b.{quoted(column.name)}" for column in rest]
        return " AND ".join(same)

    def _row(self, names: str, row: str) -> str:
        """The row of the table as it is now: an older view would not see what others committed."""
        condition = self._has_key(self.table, row)
        return f"SELECT {names} FROM {self.table} WHERE {condition} LOCK IN SHARE MODE"

    def _has_key(self, table: str, row: str) -> str:
        keys = [quoted(column.name) for column in self.keys]
        return " AND ".join(f"{table}.{key} = {row}.{key}" for key in keys)


def quoted(name: str) -> str:
    """A name for a statement."""
    return "`" + name.replace("`", "``") + "`"
