"""Foreign keys of a table and to it, while a copy takes its place: MySQL, MariaDB.

Those that refer to the table are turned to the copy just before it takes the place, and go along
with it then. A name can be given once only, so for that time they have another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from ..frozen import frozen
from .copy_statements import quoted, string

_NAME = r"`(?:[^`]|``)+`"
_NAMES = rf"{_NAME}(?:, {_NAME})*"
_KEY = re.compile(
    rf"^\s*CONSTRAINT ({_NAME}) FOREIGN KEY \(({_NAMES})\)"
    rf" REFERENCES (?:({_NAME})\.)?({_NAME}) \(({_NAMES})\)(.*?),?$",
    re.MULTILINE,
)
_GOES = re.compile(r" ON DELETE CASCADE", re.IGNORECASE)
_CHANGES = re.compile(r" ON (DELETE|UPDATE) SET NULL| ON UPDATE CASCADE", re.IGNORECASE)
_FOR_NOW = "_godwit_"
"""Before the name of a key for the time in which its own may be that of another one."""
_LONGEST_NAME = 64

Place = tuple[str, str]
"""A schema, and a table in it."""


@frozen
class ForeignKey:
    """One, of the table at ``place``. ``rules`` are what follows what it refers to."""

    place: Place
    name: str
    columns: tuple[str, ...]
    referred: Place
    referred_columns: tuple[str, ...]
    rules: str

    @property
    def changes(self) -> bool:
        """Whether the server changes rows of the table with those that they refer to."""
        return bool(_CHANGES.search(self.rules))

    @property
    def follows(self) -> bool:
        """The same, or whether it deletes them."""
        return self.changes or bool(_GOES.search(self.rules))

    @property
    def is_too_long(self) -> bool:
        """Whether there is no room for more in its name."""
        return len(_FOR_NOW + self.name) > _LONGEST_NAME

    @property
    def is_for_now(self) -> bool:
        """Whether it has the name of the time between."""
        return self.name.startswith(_FOR_NOW)

    def added_for_now(self, referred: Place | None = None) -> str:
        """The clause that gives it to a table under the name of the time between."""
        return self._added(_FOR_NOW + self.name, referred or self.referred)

    def turned(self, referred: Place) -> str:
        """The clauses by which it refers to another table, under the name of the time between."""
        return f"{self.added_for_now(referred)}, DROP FOREIGN KEY {quoted(self.name)}"

    def restored(self, referred: Place | None = None) -> str:
        """The clauses that give it its own name again."""
        added = self._added(self.name.removeprefix(_FOR_NOW), referred or self.referred)
        return f"{added}, DROP FOREIGN KEY {quoted(self.name)}"

    def _added(self, name: str, referred: Place) -> str:
        columns = ", ".join(map(quoted, self.columns))
        others = ", ".join(map(quoted, self.referred_columns))
        return (
            f"ADD CONSTRAINT {quoted(name)} FOREIGN KEY ({columns})"
            f" REFERENCES {at(referred)} ({others}){self.rules}"
        )


def keys_of(send: Callable[[str], tuple[Any, ...]], place: Place) -> list[ForeignKey]:
    """The foreign keys of a table."""
    created = str(send(f"SHOW CREATE TABLE {at(place)}")[0][1])
    return [
        ForeignKey(
            place,
            _plain(name)[0],
            _plain(columns),
            (_plain(schema)[0] if schema else place[0], _plain(table)[0]),
            _plain(others),
            rules,
        )
        for name, columns, schema, table, others, rules in _KEY.findall(created)
    ]


def keys_to(send: Callable[[str], tuple[Any, ...]], *places: Place) -> list[ForeignKey]:
    """Those that refer to one of some tables, in whatever table they are."""
    is_one = " OR ".join(
        f"referenced_table_schema = {string(schema)} AND referenced_table_name = {string(table)}"
        for schema, table in places
    )
    found = send(
        "SELECT DISTINCT table_schema, table_name FROM information_schema.key_column_usage"
        f" WHERE {is_one} ORDER BY 1, 2"
    )
    keys = [key for schema, table in found for key in keys_of(send, (str(schema), str(table)))]
    return [key for key in keys if key.referred in places]


def altered(clauses: Iterable[tuple[Place, str]]) -> list[str]:
    """One statement for each table, which keeps nobody waiting once it has the table."""
    return [
        f"ALTER TABLE {at(place)} {', '.join(clause for _, clause in some)},"
        " ALGORITHM=INPLACE, LOCK=NONE"
        for place, some in groupby(clauses, key=lambda pair: pair[0])
    ]


def at(place: Place) -> str:
    """The name of a table, for a statement."""
    schema, table = place
    return f"{quoted(schema)}.{quoted(table)}"


def _plain(names: str) -> tuple[str, ...]:
    return tuple(name[1:-1].replace("``", "`") for name in re.findall(_NAME, names))
