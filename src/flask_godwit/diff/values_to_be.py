"""What becomes of the values that are there: converted, and no longer NULL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, ColumnElement, cast, func, literal_column

from ..dialects.base import Database
from .literals import server_default_of
from .names import Key
from .rows import Rows
from .steps import flat

Place = tuple[Key, str]


@dataclass
class ValuesToBe:
    """Of the columns that get another type, or values for NULL, in one script."""

    database: Database
    rows: Rows
    types: dict[Place, tuple[Any, Any]] = field(default_factory=dict)
    filled: Mapping[Place, str] = field(default_factory=dict)
    begun: Mapping[Place, str] = field(default_factory=dict)
    """What rows get in new columns that had to be told."""
    new: dict[Place, Column[Any]] = field(default_factory=dict)

    def note(self, operations: ops.OpContainer) -> None:
        """Remember types, as long as nothing has changed the operations."""
        for step in flat(operations):
            if isinstance(step, ops.AddColumnOp):
                self.new[(step.schema, step.table_name), step.column.name] = step.column
            if isinstance(step, ops.AlterColumnOp) and step.modify_type is not None:
                place = (step.schema, step.table_name), step.column_name
                self.types[place] = step.existing_type, step.modify_type

    def of(self, key: Key, source: Any) -> Mapping[str, ColumnElement[Any]]:
        """The values of a table's columns, by the names that these have in the database."""
        places = [place for place in {**self.types, **self.filled} if place[0] == key]
        named = {place: self.rows.name(key, place[1]) for place in places}
        return {name: self._value(place, source.c[name]) for place, name in named.items()}

    def of_new(self, key: Key) -> Mapping[str, ColumnElement[Any]]:
        """What a table's new columns have, by their names; nothing of those that stay NULL."""
        found = {}
        for (place, name), column in self.new.items():
            sql = self.begun.get((place, name)) or self._default(column)
            if place == key and sql:
                found[name] = cast(literal_column(sql), column.type)
        return found

    def _default(self, column: Column[Any]) -> str:
        default = column.server_default
        value = server_default_of(default, self.rows.connection.dialect) if default else None
        return value.sql if value else ""

    def _value(self, place: Place, column: ColumnElement[Any]) -> ColumnElement[Any]:
        if place in self.types:
            column = self.database.converted(self.rows.connection, column, *self.types[place])
        if place in self.filled:
            column = func.coalesce(column, literal_column(self.filled[place]))
        return column
