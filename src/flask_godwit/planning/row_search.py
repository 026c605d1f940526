"""Asking a database for rows: how many there are, and the primary keys of a few."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DefaultClause,
    Enum,
    Select,
    String,
    case,
    cast,
    column,
    func,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.exc import NoSuchTableError, SAWarning, SQLAlchemyError
from sqlalchemy.sql.elements import TextClause

from ..dialects import Database
from ..dialects.written import undoubled
from ..diff.compare.text import escaped, written
from ..diff.names import Key, said
from ..diff.row_queries import duplicates
from ..plans import RowFinding
from ..sql.assigned import Assigned
from .row_questions import Question
from .rows_to_be import RowsToBe

_SHOWN = 3


class RowSearch:
    """Asks one database. A question that takes longer than ``seconds`` is given up; 0: never."""

    def __init__(self, connection: Connection, database: Database, seconds: float) -> None:
        self.connection = connection
        self.database = database
        self.seconds = seconds
        self.inspector = inspect(connection)
        self.to_be = RowsToBe()
        self.added: set[tuple[Key, str]] = set()
        """Columns that the run adds, of which it is known what rows get in them."""
        self.goes_back = False
        """Whether it is a downgrade that asks."""
        self.is_late = False
        """Whether the last question was given up."""

    def found(self, question: Question) -> RowFinding | None:
        """The rows that are in the way; None where there are none, or nobody can tell.

        What was given up is said, with a count of 0.
        """
        first = self._asked(_counted(question))
        if self.is_late:
            what = (
                f"{question.subject} was not looked at: that takes longer than {self.seconds:g} s"
            )
            return RowFinding(what, said(question.tables[0]), 0, is_certain=False)
        count = int(first[0][0] or 0) if first else 0
        if not count:
            return None
        keys, words = self._keys(question)
        noun = question.nouns[count != 1]
        what = f"{question.subject} would fail: {count} {noun}"
        return RowFinding(f"{what}{words}", said(question.tables[0]), count, keys)

    def adds(self, key: Key, new: Column[Any]) -> None:
        """Remember a new column that has a default: rows are asked about as if they had it."""
        if isinstance(new.server_default, DefaultClause):
            said = new.server_default.arg
            sql = f"({said.text})" if isinstance(said, TextClause) else self._literal(said)
            if sql:
                value = cast(literal_column(sql), new.type)
                self.to_be.change(key, new.name, lambda source: value)
                self.added.add((key, new.name))

    def _literal(self, said: object) -> str:
        return "'" + said.replace("'", "''") + "'" if isinstance(said, str) else ""

    def retypes(self, key: Key, name: str, new: Any, using: str = "") -> bool:
        """Remember a change of type, and say whether it is known what it makes of the values.

        :param using: the expression that a script has for it.
        """
        old = self.type_of(key, name)
        self.to_be.types[key, name] = new
        if using:
            value: Any = literal_column(undoubled(using, self.connection.dialect))
            value = value if isinstance(new, Enum) else cast(value, new)
            self.to_be.change(key, name, lambda source: value, reads_others=True)
            return True

        def converted(column: Any) -> Any:
            return self.database.converted(self.connection, column, old, new)

        one: Any = column(name)
        try:
            is_known = converted(one) is not one or keeps_values(new)
        except SQLAlchemyError:  # a type that SQLAlchemy has no words for
            return False
        self.to_be.change(key, name, lambda source: converted(source.c[name]))
        return is_known

    def assigns(self, key: Key, done: Assigned) -> None:
        """Remember what an UPDATE gives to a column."""
        value: Any = literal_column(undoubled(done.value, self.connection.dialect))
        words = undoubled(done.condition, self.connection.dialect)

        def changed(source: Any) -> Any:
            if not words:
                return value
            return case((literal_column(f"({words})"), value), else_=source.c[done.column])

        self.to_be.change(key, done.column, changed, reads_others=True)

    def table_to_be(self, key: Key, *names: str) -> Any:
        """A table as :meth:`table` gives it, with what the run has made of its rows so far."""
        added = {name for place, name in self.added if place == key}
        found = self.table(key, *(name for name in names if name not in added))
        return None if found is None else self.to_be(key, found)

    def table(self, key: Key, *names: str) -> Any:
        """A table with its columns; None where it, or one of some columns, is not there."""
        try:
            found = [entry["name"] for entry in self.inspector.get_columns(key[1], schema=key[0])]
        except NoSuchTableError:
            return None
        if not set(names) <= set(found):
            return None
        return table(key[1], *(column(name) for name in found), schema=key[0])

    def type_of(self, key: Key, name: str) -> Any:
        """The type that a column has, at this place in the run."""
        if (key, name) in self.to_be.types:
            return self.to_be.types[key, name]
        columns = self.inspector.get_columns(key[1], schema=key[0])
        return next(entry["type"] for entry in columns if entry["name"] == name)

    def written(self, kind: Any) -> str:
        """A type as it is written in SQL."""
        return str(kind.compile(self.connection.dialect))

    def as_text(self, condition: Any) -> str:
        """A CHECK's condition, as ``text()`` takes it."""
        if isinstance(condition, str | TextClause):
            return str(getattr(condition, "text", condition))
        return escaped(written(condition, self.connection.dialect))

    def _keys(self, question: Question) -> tuple[tuple[str, ...], str]:
        """A few primary keys, and how a person reads them: ``, ids 4, 91, 92``."""
        schema, name = question.tables[0]
        names = self.inspector.get_pk_constraint(name, schema=schema)["constrained_columns"]
        if not names:
            return (), ""
        rows = self._asked(_chosen(question, [question.source.c[key] for key in names]))
        keys = tuple(_shown(row) for row in rows[:_SHOWN])
        more = ", …" if len(rows) > _SHOWN else ""
        label = names[0] if len(names) == 1 else f"({', '.join(names)})"
        plural = "s" if label == "id" and len(keys) > 1 else ""
        return keys, f", {label}{plural} {', '.join(keys)}{more}" if keys else ""

    def _asked(self, query: Select[Any]) -> Sequence[Any]:
        """The answer; nothing where the database can't evaluate the question, or not in time."""
        over = threading.Event()
        timer = self._timer(over)
        self.is_late = False
        try:
            # MySQL knows casts to some types only: SQLAlchemy leaves out the others, and says so.
            with self.connection.begin_nested(), warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)
                return self.connection.execute(query).all()
        except SQLAlchemyError:
            self.is_late = over.is_set()
            return ()
        finally:
            if timer is not None:
                timer.cancel()
                timer.join()

    def _timer(self, over: threading.Event) -> threading.Timer | None:
        cancel = self.database.canceller(self.connection) if self.seconds else None
        if cancel is None:
            return None

        def stop() -> None:
            over.set()
            with suppress(Exception):  # the question may have been answered in this very moment
                cancel()

        timer = threading.Timer(self.seconds, stop)
        timer.daemon = True
        timer.start()
        return timer


def _counted(question: Question) -> Select[Any]:
    if question.unique:
        where = question.where
        return duplicates(question.source, question.unique, where)  # type: ignore[no-any-return]
    return select(func.count()).select_from(question.source).where(question.where)


def _chosen(question: Question, keys: Sequence[Any]) -> Select[Any]:
    """The first few primary keys, and one more to know whether there are more."""
    query = select(*keys).select_from(question.source).where(question.where)
    if not question.unique:
        return query.order_by(*keys).limit(_SHOWN + 1)
    number = func.row_number().over(partition_by=question.unique, order_by=keys)
    numbered = query.add_columns(number.label("godwit_number")).subquery()
    found = [numbered.c[key.name] for key in keys]
    return select(*found).where(numbered.c.godwit_number > 1).order_by(*found).limit(_SHOWN + 1)


def _shown(row: Sequence[Any]) -> str:
    return str(row[0]) if len(row) == 1 else f"({', '.join(map(str, row))})"


def keeps_values(kind: Any) -> bool:
    """Whether a column that becomes a text says what it said before."""
    return isinstance(kind, String) and not isinstance(kind, Enum) and not kind.collation
