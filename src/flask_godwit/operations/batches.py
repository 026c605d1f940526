"""A table, stretch by stretch of its key: where one ends, and the UPDATE of its rows.

Knows one connection and the table as it is in the database, no journal and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import gt, le, lt
from typing import Any, ClassVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Enum,
    Float,
    MetaData,
    Table,
    and_,
    exists,
    func,
    inspect,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from ..dialects.base import Database
from ..errors import BackfillRefused, TableMissing
from ..frozen import frozen
from ..journal.entries import encoded
from ..journal.pieces import Key

_MOST_KEYS = 5

Comparison = Callable[[Any, Any], ColumnElement[bool]]


@frozen
class Batches:
    """What is changed in which table; ``where`` is None for all rows.

    :param key: columns that tell a row from all others, none of them ever NULL.
    """

    connection: Connection
    database: Database
    table: Table
    key: tuple[Column[Any], ...]
    values: Mapping[str, Any]
    where: ColumnElement[bool] | None

    copies: ClassVar[bool] = False
    """Whether rows are copied into another table, not changed."""

    def last_key(self, after: Key = ()) -> Key:
        """The greatest key in the table, () if there is none after that one."""
        query = select(*self.key).order_by(*(column.desc() for column in self.key)).limit(1)
        if after:
            query = query.where(self._after(after))
        return self._key(self.connection.execute(query).first())

    def end(self, after: Key, until: Key, size: int) -> tuple[Key, int]:
        """The key of the row that ends a stretch of ``size`` rows, and how many it has."""
        stretch = select(*self.key).where(*self._between(after, until))
        query = stretch.order_by(*self.key).limit(1).offset(size - 1)
        found = self._key(self.connection.execute(query).first())
        if found:
            return found, size
        count = select(func.count()).select_from(stretch.subquery())
        return until, int(self.connection.scalar(count) or 0)

    def change(self, after: Key, until: Key) -> int:
        """Change the rows of a stretch; how many those were."""
        found = (*self._between(after, until), *self._wanted)
        changed = self.connection.execute(
            update(self.table).where(*found).values(dict(self.values))
        )
        return max(0, changed.rowcount)

    def left(self, after: Key, until: Key) -> list[Key]:
        """Some keys of rows in a stretch that ``where`` still finds."""
        found = select(*self.key).where(*self._between(after, until), *self._wanted)
        return [tuple(row) for row in self.connection.execute(found.limit(_MOST_KEYS))]

    def count(self) -> int:
        """About how many rows there are."""
        name = self.table.fullname
        rows, _bytes = self.database.sizes(self.connection, [name]).get(name, (0, 0))
        query = select(func.count()).select_from(self.table)
        return rows or int(self.connection.scalar(query) or 0)

    @property
    def _wanted(self) -> tuple[ColumnElement[bool], ...]:
        return () if self.where is None else (self.where,)

    def _key(self, row: Any) -> Key:
        key = tuple(row or ())
        for value in key:
            try:
                encoded(value)
            except TypeError as error:
                raise BackfillRefused(
                    f"The key of {self.table.fullname} has values that can't be noted: {error}."
                ) from error
        return key

    def _between(self, after: Key, until: Key) -> list[ColumnElement[bool]]:
        return [*([self._after(after)] if after else []), self._compared(until, lt, le)]

    def _after(self, key: Key) -> ColumnElement[bool]:
        return self._compared(key, gt, gt)

    def _compared(self, key: Key, first: Comparison, last: Comparison) -> ColumnElement[bool]:
        bound = [literal(value, c.type) for c, value in zip(self.key, key, strict=True)]
        if len(key) > 1 and self.database.orders_tuples:
            return last(tuple_(*self.key), tuple_(*bound))
        return _compared(self.key, bound, first, last)


def _compared(
    columns: Sequence[Any], values: Sequence[Any], first: Comparison, last: Comparison
) -> ColumnElement[bool]:
    """``a > 1 OR (a = 1 AND b > 2)``, which an index of MySQL serves as well."""
    if len(columns) == 1:
        return last(columns[0], values[0])
    rest = _compared(columns[1:], values[1:], first, last)
    return or_(first(columns[0], values[0]), and_(columns[0] == values[0], rest))


def table_in(connection: Connection, name: str, schema: str | None) -> Table:
    """A table as it is in the database.

    :raises TableMissing: it does not exist.
    """
    if not inspect(connection).has_table(name, schema=schema):
        raise TableMissing(f"There is no table {name!r} in the database at this revision.")
    return Table(name, MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)


def key_of(connection: Connection, table: Table) -> tuple[Column[Any], ...]:
    """The columns by which a table's rows are counted off: its primary key, or a unique one.

    :raises BackfillRefused: there is none.
    """
    candidates = [tuple(table.primary_key.columns), *_unique(connection, table)]
    usable = next((key for key in candidates if key and _counts(connection, key)), None)
    if usable is None:
        raise BackfillRefused(
            f"The table {table.fullname} has no primary key, and no unique key without NULLs,"
            " by which its rows could be counted off.",
            hint='op.execute("UPDATE …")    changes all rows in one statement',
        )
    return usable


def _unique(connection: Connection, table: Table) -> list[tuple[Column[Any], ...]]:
    found = inspect(connection).get_indexes(table.name, schema=table.schema)
    indexes: list[Sequence[str | None]] = [
        index["column_names"]
        for index in found
        if index["unique"] and not _is_partial(index.get("dialect_options", {}))
    ]
    keys = inspect(connection).get_unique_constraints(table.name, schema=table.schema)
    every = [*(key["column_names"] for key in keys), *indexes]
    columns = [tuple(table.c[name] for name in names if name) for names in every if all(names)]
    return [key for key in columns if not any(column.nullable for column in key)]


def _is_partial(options: Mapping[str, Any]) -> bool:
    return any(name.endswith("_where") for name in options)


def _counts(connection: Connection, key: Sequence[Column[Any]]) -> bool:
    """Whether the key tells all rows apart, and orders them as it compares them."""
    if any(isinstance(column.type, Enum | Float) for column in key):
        return False
    nullable = [column for column in key if column.nullable]
    # SQLite lets a primary key be NULL.
    if not nullable:
        return True
    some = select(exists().where(or_(*(column.is_(None) for column in nullable))))
    return not connection.scalar(some)
