"""Whole schemas in a few queries: each table as lines, to see at a glance which are unchanged.

Lines serve one question alone, whether a table is obviously what its model would create. A line
that is missing, left over or spelled in another way makes the answer no, and then the table is
compared in full. So a dialect has to read everything that a model could have said, and nothing
here has to understand it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..frozen import frozen

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Dialect, Table

_SPACE = re.compile(r"\s*([(),])\s*|\s+")


class Line(NamedTuple):
    """One thing of a table."""

    kind: str
    name: str | None
    """None in a model's line: whatever it is called."""
    text: str


class Seen(NamedTuple):
    """A table of the database."""

    options: str
    """What the server says behind its CREATE TABLE."""
    lines: list[Line]


class Meant(NamedTuple):
    """What models mean, in the server's words."""

    options: str
    columns: Mapping[str, str]
    """Words by definition; a definition that the server refuses by itself is missing."""


COLUMN, COMMENT = "column", "comment"
PRIMARY_KEY, UNIQUE, FOREIGN_KEY = "PRIMARY KEY", "UNIQUE", "FOREIGN KEY"
CHECK, INDEX = "CHECK", "INDEX"


@frozen
class Manner:
    """How a database writes down what models say."""

    unique: str = UNIQUE
    """The kind of a unique constraint: on MySQL it is an index."""
    names_primary_keys: bool = True
    cascades: tuple[str, str] = ("ON DELETE", "ON UPDATE")
    implied: Sequence[str] = ()
    """Words about a constraint that mean nothing and are not kept."""
    schemas: bool = False
    """Whether tables of other schemas than the default one are read."""
    says_deferrable: bool = True
    indexes_foreign_keys: bool = False
    """Whether the server makes an index for a foreign key that has none."""


class Glance:
    """Reads lines. The base reads none, and every table is compared in full."""

    manner = Manner()

    def tables(
        self, connection: Connection, schema: str | None, names: Collection[str]
    ) -> Mapping[str, Seen]:
        """The lines of tables; one that can't be told in lines is missing."""
        return {}

    def meant(self, connection: Connection, options: str, wanted: Collection[str]) -> Meant | None:
        """What the server makes of definitions of columns; None where it can't be asked.

        :param options: what stands behind the CREATE TABLE.
        """
        return None

    def options(self, compiler: Any, table: Table) -> str | None:
        """What stands behind the CREATE TABLE of a model; None where it can't be compared."""
        return None if dialect_words(table, compiler.dialect) else ""

    def definition(self, compiler: Any, column: Column[Any]) -> str:
        """A model's column behind its name, without its comment."""
        text = compiler.get_column_specification(column)
        return str(text[len(compiler.preparer.format_column(column)) :]).strip()


def bare(text: str) -> str:
    """Names and keywords in one spelling: without quotes and needless spaces."""
    plain = text.replace('"', "").replace("`", "")
    return _SPACE.sub(lambda found: found[1] or " ", plain).strip()


def meant_by(
    wanted: Sequence[str], make: Callable[[Sequence[str]], Meant | None], most: int
) -> Meant | None:
    """Have tables made of many definitions at once, and of fewer where the server refuses.

    :param make: makes one table; None where the server refuses.
    :param most: how many columns a table is given.
    """
    options = ""
    columns: dict[str, str] = {}
    parts = [wanted[start : start + most] for start in range(0, len(wanted), most)]
    while parts:
        part = parts.pop()
        made = make(part)
        if made is not None:
            options = made.options
            columns.update(made.columns)
        elif len(part) > 1:
            middle = len(part) // 2
            parts += [part[:middle], part[middle:]]
    return Meant(options, columns) if columns else None


def dialect_words(item: Any, dialect: Dialect | None = None) -> bool:
    """Whether a model says something of this for one database: of any, or of a certain one."""
    # SQLAlchemy makes the mapping when it is first asked for, which takes its time.
    if "dialect_options" not in vars(item):
        return False
    return any(dialect is None or n.startswith(f"{dialect.name}_") for n in item.dialect_kwargs)
