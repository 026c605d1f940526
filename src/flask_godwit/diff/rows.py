"""What the rows of the database at hand say; asked by new names, found under the old ones."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Inspector,
    Select,
    column,
    func,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError, SAWarning

from ..dialects.base import Condition
from .compare.text import literally
from .names import Key
from .renames.values import Renames


class Rows:
    """Counts rows of one database."""

    def __init__(self, connection: Connection, renames: Renames, *, hidden: bool = False) -> None:
        """Look through a connection.

        :param hidden: the rows that matter are elsewhere, and can't be looked at from here.
        """
        self.connection = connection
        self.renames = renames
        self.hidden = hidden
        self._known: dict[Key, bool] = {}

    def any(self, key: Key) -> bool:
        """Whether a table has rows."""
        if key not in self._known:
            rows: Select[tuple[str]] = (
                select(literal_column("1")).select_from(self.table(key)).limit(1)
            )
            self._known[key] = (
                self.exists(key) and self.connection.execute(rows).first() is not None
            )
        return self._known[key]

    def exists(self, key: Key) -> bool:
        """Whether the database has a table."""
        schema, name = self.renames.old_key(key)
        return self.inspector.has_table(name, schema)

    def count(self, key: Key, name: str = "", where: Condition | None = None) -> int:
        """How many rows there are, or how many of them have a certain value.

        :param where: a condition on the column called ``name``.
        """
        if not self.any(key):
            return 0
        query = select(func.count()).select_from(self.table(key))
        if where is not None:
            query = query.where(where(self.column(key, name)))
        return int(self.scalar(query) or 0)

    def example(self, key: Key, name: str, where: Condition) -> Any:
        """A value that meets a condition."""
        found = self.column(key, name)
        query = select(found).select_from(self.table(key)).where(where(found)).limit(1)
        return self.scalar(query)

    def refused(self, key: Key, name: str, expression: ColumnElement[Any], first: str = "") -> str:
        """Why the database can't evaluate an expression for every row; "" when it can.

        :param first: a statement that it needs, which is undone; where that fails, nobody knows.
        """
        query = select(func.count(expression)).select_from(self.table(key))
        savepoint = self.connection.begin_nested()
        is_known = not first
        try:
            if first:
                self.connection.execute(literally(first))
                is_known = True
            self.connection.execute(query)
        except DBAPIError as error:
            return str(error.orig).splitlines()[0] if is_known else ""
        finally:
            savepoint.rollback()
        return ""

    def column(self, key: Key, name: str) -> ColumnElement[Any]:
        """A column, by its new name."""
        return column(self.name(key, name))

    def name(self, key: Key, name: str) -> str:
        """What a column is called as long as the script is not applied."""
        names = self.renames.columns.get(key, {})
        return next((old for old, new in names.items() if new == name), name)

    def scalar(self, query: Select[Any]) -> Any:
        """The answer; None where the database can't evaluate the question."""
        try:
            # MySQL knows casts to some types only: SQLAlchemy leaves out the others, and says so.
            with self.connection.begin_nested(), warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)
                return self.connection.scalar(query)
        except DBAPIError:
            return None

    @cached_property
    def inspector(self) -> Inspector:
        return inspect(self.connection)

    def table(self, key: Key) -> Any:
        """A table, by its new name."""
        schema, name = self.renames.old_key(key)
        return table(name, schema=schema)
