"""Both sides of a comparison as the server sees them: the table, and the model's twin of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Column, Connection, Dialect, MetaData, Sequence, Table
from sqlalchemy.exc import SQLAlchemyError

from ...dialects import dialect_for
from ...dialects.facts import TableFacts
from ..names import Key
from ..renames.values import Renames

_KEPT: WeakKeyDictionary[AutogenContext, Sides] = WeakKeyDictionary()


class Sides:
    """Facts of one comparison, each read once."""

    def __init__(self, context: AutogenContext, connection: Connection) -> None:
        self.connection = connection
        self.database = dialect_for(connection.engine.url, connection.dialect)
        self.catalogue = self.database.catalogue()
        self._twins: dict[Table, TableFacts | None] = {}

    def actual(self, context: AutogenContext, schema: str | None, name: str) -> TableFacts | None:
        """The table in the database, in the names that it will have after the renames."""
        renames = getattr(context.inspector, "renames", None) or Renames()
        key = (schema, name)
        found = self.catalogue.read(self.connection, *renames.old_key(key))
        return _renamed(key, found, renames) if found and renames else found

    def twin(self, table: Table) -> TableFacts | None:
        """The model's table, made for a moment; None where the server refuses it."""
        if table not in self._twins:
            self._twins[table] = self._made(table)
        return self._twins[table]

    def _made(self, table: Table) -> TableFacts | None:
        try:
            copy = _copied(table, self.connection.dialect)
        except SQLAlchemyError:
            return None
        with self.catalogue.twin(self.connection, copy) as facts:
            return facts


def sides_of(context: AutogenContext) -> Sides:
    """The facts that belong to a comparison."""
    assert context.connection is not None
    if context not in _KEPT:
        _KEPT[context] = Sides(context, context.connection)
    return _KEPT[context]


def has_own_sequence(dialect: Dialect, column: Column[Any]) -> bool:
    """Whether a model gives a column numbers from a sequence that stands on its own."""
    default = column.default
    return dialect.supports_sequences and isinstance(default, Sequence) and not default.optional


def _copied(table: Table, dialect: Dialect) -> Table:
    """A table of its own, without schema, comment and foreign keys."""
    metadata = MetaData(naming_convention=table.metadata.naming_convention)
    copy = table.to_metadata(metadata, schema=None)  # type: ignore[arg-type]
    for constraint in list(copy.foreign_key_constraints):
        copy.constraints.discard(constraint)
    copy.foreign_keys.clear()
    for column in copy.columns:
        column.foreign_keys.clear()
        if has_own_sequence(dialect, column):
            # The sequence would be made with the table, and without it the column would count.
            column.default, column.autoincrement = None, False
    return copy


def _renamed(key: Key, facts: TableFacts, renames: Renames) -> TableFacts:
    names = renames.names.get(key, {})
    return replace(
        facts,
        columns={renames.new_column(key, name): fact for name, fact in facts.columns.items()},
        checks=tuple(
            (names.get(name or "", name), renames.new_text(key, text))
            for name, text in facts.checks
        ),
        key_names={
            tuple(renames.new_column(key, column) for column in columns): names.get(name, name)
            for columns, name in facts.key_names.items()
        },
        indexes={
            names.get(name, name): renames.new_text(key, text)
            for name, text in facts.indexes.items()
        },
    )
