"""A foreign key that the server adds without a look at the rows: we look, before and after."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    FromClause,
    MetaData,
    Table,
    and_,
    select,
    text,
)
from sqlalchemy.types import NullType

from ..errors import RowsInTheWay

_MOST = 5
_NAMES = text(
    """
    SELECT constraint_name FROM information_schema.table_constraints
    WHERE constraint_type = 'FOREIGN KEY' AND table_name = :table
      AND constraint_schema = coalesce(:schema, database())
    UNION ALL SELECT concat('index ', index_name) FROM information_schema.statistics
    WHERE table_name = :table AND table_schema = coalesce(:schema, database())
    """
)


class KeyOfOrphans:
    """Rows that refer to nothing, and what takes the foreign key back."""

    def __init__(self, connection: Connection, key: ForeignKeyConstraint) -> None:
        self.connection = connection
        self.key = key
        self.before = self._names()

    def refuse(self) -> None:
        """Refuse the foreign key while there are any."""
        found = self.found()
        if found:
            raise self.error(found)

    def found(self) -> list[tuple[object, ...]]:
        """Some values that refer to nothing."""
        child, parent = self._tables()
        own = [child.c[element.parent.name] for element in self.key.elements]
        others = [parent.c[element.column.name] for element in self.key.elements]
        joined = and_(*(a == b for a, b in zip(own, others, strict=True)))
        query = (
            select(*own)
            .select_from(child.outerjoin(parent, joined))
            .where(*(column.is_not(None) for column in own), others[0].is_(None))
            .limit(_MOST)
        )
        return [tuple(row) for row in self.connection.execute(query)]

    def undo(self) -> str:
        """The statement that takes away what was made."""
        quote = self.connection.dialect.identifier_preparer.quote
        made = sorted(self._names() - self.before)
        parts = [
            f"DROP INDEX {quote(name.removeprefix('index '))}"
            if name.startswith("index ")
            else f"DROP FOREIGN KEY {quote(name)}"
            for name in made
        ]
        return f"ALTER TABLE {self._quoted} {', '.join(sorted(parts))}"

    def error(self, found: list[tuple[object, ...]]) -> RowsInTheWay:
        """What is in the way, with some of it."""
        columns = ", ".join(element.parent.name for element in self.key.elements)
        values = "; ".join(", ".join(str(value) for value in row) for row in found)
        name = f" {self.key.name}" if self.key.name else ""
        return RowsInTheWay(
            f"The foreign key{name} of {self._quoted} refers to rows that are not there.",
            detail=f"  {columns}: {values}",
            hint="Delete or correct these rows; then run the command again.",
        )

    @property
    def _quoted(self) -> str:
        return str(self.connection.dialect.identifier_preparer.format_table(self.key.table))

    def _tables(self) -> tuple[Table, FromClause]:
        """The two tables, of which the second has another name in the query."""
        own, other = self.key.table, self.key.elements[0].column.table
        names = [element.parent.name for element in self.key.elements]
        others = [element.column.name for element in self.key.elements]
        child = Table(own.name, MetaData(), *_columns(names), schema=own.schema)
        parent = Table(other.name, MetaData(), *_columns(others), schema=other.schema)
        return child, parent.alias("referred")

    def _names(self) -> set[str]:
        values = {"table": self.key.table.name, "schema": self.key.table.schema}
        return {str(name) for name in self.connection.scalars(_NAMES, values)}


def _columns(names: list[str]) -> list[Column[object]]:
    return [Column(name, NullType()) for name in names]
