"""What MySQL and MariaDB are told for a copy that others write to: triggers, a comparison."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import NullType

from ..frozen import frozen

# Made in this order: a row that one has written to the copy is followed by those already there.
EVENTS = ("delete", "update", "insert")

_GIVEN = "\0"
"""Where a value will stand."""


@frozen
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

        UPDATE IGNORE sets it off for rows, too, that it leaves as they are: those are told by that
        the table has no such row. Rows that are not in the copy yet are only looked for there if
        they are deleted or renumbered, since two who look where none is wait for each other.
        """
        if event == "delete":
            return f"DELETE FROM {self.copy} WHERE {self._has_key(self.copy, 'OLD')}"
        if event == "insert":
            return self._write
        keys = [quoted(column.name) for column in self.keys]
        renumber = (
            f"UPDATE {self.copy} SET {', '.join(f'{key} = NEW.{key}' for key in keys)}"
            f" WHERE {self._has_key(self.copy, 'OLD')}"
        )
        stays = "(" + " AND ".join(f"NEW.{key} = OLD.{key}" for key in keys) + ")"
        is_gone = f"NOT EXISTS ({self._row(self._has_key(self.table, 'OLD'))})"
        new = [f"{self.table}.{name} <=> NEW.{name}" for name in self._comparable]
        is_new = f"EXISTS ({self._row(' AND '.join((self._has_key(self.table, 'NEW'), *new)))})"
        return (
            f"BEGIN IF {is_new} AND ({stays} OR {is_gone}) THEN"
            f" IF NOT {stays} THEN {renumber}; END IF; {self._write}; END IF; END"
        )

    def same(self, *, values: bool) -> str:
        """A condition: a row of ``a`` and one of ``b`` are the same.

        :param values: whether all that can be compared is, not only the key.
        """
        same = [f"a.{quoted(column.name)} = b.{quoted(column.name)}" for column in self.keys]
        if values:
            same += [f"a.{name} <=> b.{name}" for name in self._comparable]
        return " AND ".join(same)

    def strays(self, *, values: bool) -> str:
        """The keys of those rows of the copy that the table has not, or not so."""
        keys = ", ".join(f"a.{quoted(column.name)}" for column in self.keys)
        same = f"SELECT 1 FROM {self.table} b WHERE {self.same(values=values)}"
        return f"SELECT {keys} FROM {self.copy} a WHERE NOT EXISTS ({same})"

    @property
    def removed(self) -> str:
        """A row leaves the copy unless the table has it: its key is given twice."""
        is_there = f"EXISTS ({self._row(self._is_given(self.table))})"
        return _with_values(
            f"DELETE FROM {self.copy} WHERE {self._is_given(self.copy)} AND NOT {is_there}"
        )

    @property
    def copied_again(self) -> str:
        """A row of a given key is in the copy as it is in the table."""
        names = [quoted(column.name) for column in self.columns]
        listed = ", ".join(names)
        return _with_values(
            f"INSERT INTO {self.copy} ({listed}) SELECT {listed} FROM {self.table}"
            f" WHERE {self._is_given(self.table)} LOCK IN SHARE MODE"
            f" ON DUPLICATE KEY UPDATE {', '.join(f'{name} = VALUES({name})' for name in names)}"
        )

    @property
    def _write(self) -> str:
        """A row is there as it is now.

        No REPLACE, which deletes, and with it what refers to the row. A row that becomes the same
        as another one, for a unique key, is an error: it would take that one's place.
        """
        keys = [quoted(column.name) for column in self.keys]
        names = [quoted(column.name) for column in self.columns]
        same = " AND ".join(f"{self.copy}.{key} = NEW.{key}" for key in keys)
        new = {
            name: f"IF({same}, NEW.{name}, NULL)" if name in keys else f"NEW.{name}"
            for name in names
        }
        return (
            f"INSERT INTO {self.copy} ({', '.join(names)})"
            f" VALUES ({', '.join(f'NEW.{name}' for name in names)})"
            f" ON DUPLICATE KEY UPDATE {', '.join(f'{name} = {new[name]}' for name in names)}"
        )

    @property
    def _comparable(self) -> list[str]:
        """The names of columns whose type is known."""
        known = (column for column in self.columns if not isinstance(column.type, NullType))
        return [quoted(column.name) for column in known]

    def _row(self, condition: str) -> str:
        """Whether there is a row now: an older view would not see what others committed."""
        return f"SELECT 1 FROM {self.table} WHERE {condition} LOCK IN SHARE MODE"

    def _is_given(self, table: str) -> str:
        keys = [quoted(column.name) for column in self.keys]
        return " AND ".join(f"{table}.{key} = {_GIVEN}" for key in keys)

    def _has_key(self, table: str, row: str) -> str:
        keys = [quoted(column.name) for column in self.keys]
        return " AND ".join(f"{table}.{key} = {row}.{key}" for key in keys)


def _with_values(text: str) -> str:
    """A text that a driver puts values into, whatever names there are in it."""
    return text.replace("%", "%%").replace(_GIVEN, "%s")


def quoted(name: str) -> str:
    """A name for a statement."""
    return "`" + name.replace("`", "``") + "`"


def string(value: str) -> str:
    """A text for a statement."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
