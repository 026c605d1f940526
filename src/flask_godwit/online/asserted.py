"""MySQL's and MariaDB's way: each statement by the cheapest algorithm that the server takes.

What is asserted can't turn into a copy of the table without anybody noticing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from textwrap import shorten
from typing import Any

from alembic.operations import Operations, ops
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint

from ..dialects.guard import INSTEAD
from ..frozen import frozen
from ..journal.guard import Journal
from ..mysql.statement import as_ddl
from ..values import STATEMENT_NAME
from .copies import TableCopy, copy_of
from .orphans import KeyOfOrphans
from .road import Invoke, Road, tables_of

_REFUSED = (
    1221,  # ER_WRONG_USAGE
    1800,  # ER_UNKNOWN_ALTER_ALGORITHM: a server that does not know INSTANT yet
    1845,  # ER_ALTER_OPERATION_NOT_SUPPORTED
    1846,  # ER_ALTER_OPERATION_NOT_SUPPORTED_REASON
    4092,  # ER_INNODB_MAX_ROW_VERSION: INSTANT has been used up
)
_ALTER = re.compile(r"\s*ALTER\s+TABLE\b", re.IGNORECASE)
_CREATE_INDEX = re.compile(r"\s*CREATE\s+(\w+\s+)?INDEX\b", re.IGNORECASE)
_DROP_INDEX = re.compile(r"\s*DROP\s+INDEX\s+(.+)\s+ON\s+(\S+)\s*", re.IGNORECASE)
OPERATIONS = (
    ops.AddColumnOp,
    ops.AlterColumnOp,
    ops.DropColumnOp,
    ops.AddConstraintOp,
    ops.DropConstraintOp,
    ops.CreateIndexOp,
    ops.DropIndexOp,
    ops.CreateTableCommentOp,
    ops.DropTableCommentOp,
)


@frozen
class Order:
    """A statement that Alembic would send: its text, and the name under which it is noted."""

    construct: Any
    text: str
    options: Mapping[str, Any]
    table: tuple[str, str | None]

    @property
    def name(self) -> str:
        return str(self.options.get(STATEMENT_NAME, self.text))


class Asserted(Road):
    """One run on one database of MySQL or MariaDB."""

    def go(self, operations: Any, operation: Any, invoke: Invoke) -> Any:
        parts = self.parts_of(operation) if isinstance(operation, ops.AddColumnOp) else ()
        if parts:
            for part in parts:
                self.go(operations, part, invoke)
            return None
        if not (isinstance(operation, OPERATIONS) and self._is_wanted(operation)):
            return invoke(operations, operation)
        with self._strict():
            for order in self._orders(operation, invoke):
                self._give(order)
        return None

    @property
    def _journal(self) -> Journal:
        journal = self.around.journal
        assert journal is not None
        return journal

    def name_of_table(self, table: str, schema: str | None) -> str:
        return f"{schema}.{table}" if schema else table

    def _is_wanted(self, operation: Any) -> bool:
        """By the size of the tables."""
        if not self._is_asked():
            return False
        tables = [self.name_of_table(*table) for table in tables_of(operation)]
        return bool(tables) and tables[0] not in self.new and self.is_large(tables)

    def _is_asked(self) -> bool:
        """Whether it is a revision that asks for something."""
        journal = self.around.journal
        return journal is not None and journal.active

    def _orders(self, operation: Any, invoke: Invoke) -> list[Order]:
        """What Alembic would send for the operation."""
        impl, dialect = self.context.impl, self.context.dialect
        taken: list[Order] = []
        table = tables_of(operation)[0]

        def take(construct: Any, execution_options: Any = None, *_: Any, **__: Any) -> None:
            if isinstance(construct, str):
                construct = as_ddl(construct)
            text = str(construct.compile(dialect=dialect)).replace("%%", "%")
            taken.append(Order(construct, text.strip(), execution_options or {}, table))

        impl._exec = take  # type: ignore[method-assign]
        try:
            invoke(Operations(self.context), operation)
        finally:
            del impl._exec
        return taken

    def _give(self, order: Order) -> None:
        key = foreign_key_of(order.construct)
        if key is None:
            self._climb(order)
            return
        orphans = KeyOfOrphans(self.connection, key)
        if not self._journal.is_ahead(order.name):
            orphans.refuse()
        with self._unchecked():
            self._climb(order)
        found = orphans.found()
        if found:
            self._journal.take_back(order.name, orphans.undo())
            raise orphans.error(found)

    def _climb(self, order: Order) -> None:
        """Send it with the cheapest algorithm that the server does not refuse."""
        text = as_alter(order.text)
        known = self._journal.is_ahead(order.name)
        if known:
            self._clean(order)
        for clause in self._rungs(text):
            try:
                self._send(f"{text}{clause}", order)
            except DBAPIError as error:
                if not _is_refused(error):
                    raise
                self._journal.dismiss(order.name)
            else:
                if not known:
                    self.tell(self.around.bind, _shown(text, clause))
                return
        self._copy(order, known=known)

    def _copy(self, order: Order, *, known: bool) -> None:
        """Nothing but a copy of the table does it: one that takes its place, or the server's."""
        shown = _shown(order.text, "")
        copy = self.copy_of(order)
        why_not = "nothing else was chosen" if copy is None else copy.why_not()
        if copy is None or why_not:
            self._send(order.text, order)
            if not known:
                self.around.warn(f"The table was copied while writers waited, {why_not}: {shown}")
            return
        self._send(order.text, order, {INSTEAD: copy.run})
        self.tell(self.around.bind, f"{shown}, by {copy.in_words}")

    def _clean(self, order: Order) -> None:
        """Remove what a run that was cut off has left, before anybody looks at the table."""
        copy = self.copy_of(order)
        if copy is not None and copy.alter:
            with self._journal.aside():
                copy.clean()

    def copy_of(self, order: Order) -> TableCopy | None:
        """What copies the table for a statement that only a copy does."""
        return copy_of(self.connection, *order.table, order.text, self.around)

    def _rungs(self, text: str) -> tuple[str, ...]:
        clauses = self.database.algorithms
        if _ALTER.match(text):
            return tuple(f", {clause}" for clause in clauses)
        if _CREATE_INDEX.match(text):
            return tuple(f" {clause.replace(',', '')}" for clause in clauses)
        return ()

    def _send(self, text: str, order: Order, more: Mapping[str, Any] | None = None) -> None:
        options = {**order.options, STATEMENT_NAME: order.name, **(more or {})}
        self.connection.execute(as_ddl(text), execution_options=options)

    @contextmanager
    def _strict(self) -> Iterator[None]:
        """Where the server would make 0 of NULL, it says so instead."""
        mode = str(self.connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar())
        if "STRICT_TRANS_TABLES" in mode or "STRICT_ALL_TABLES" in mode:
            yield
            return
        with self._set("sql_mode", "concat(@@SESSION.sql_mode, ',STRICT_TRANS_TABLES')"):
            yield

    def _unchecked(self) -> Any:
        return self._set("foreign_key_checks", "0")

    @contextmanager
    def _set(self, variable: str, value: str) -> Iterator[None]:
        before = self.connection.exec_driver_sql(f"SELECT @@SESSION.{variable}").scalar()
        said = str(before) if isinstance(before, int) else f"'{before}'"
        self.connection.exec_driver_sql(f"SET SESSION {variable} = {value}")
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a lost connection takes its settings along
                self.connection.exec_driver_sql(f"SET SESSION {variable} = {said}")


def as_alter(statement: str) -> str:
    """The same as ALTER TABLE, which takes clauses that DROP INDEX does not."""
    return _DROP_INDEX.sub(r"ALTER TABLE \2 DROP INDEX \1", statement)


def foreign_key_of(construct: Any) -> ForeignKeyConstraint | None:
    """The foreign key that a statement adds, if it does."""
    element = construct.element if isinstance(construct, AddConstraint) else None
    return element if isinstance(element, ForeignKeyConstraint) else None


def _is_refused(error: DBAPIError) -> bool:
    number = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return number in _REFUSED


def _shown(text: str, clause: str) -> str:
    return shorten(text, 100, placeholder=" …") + clause
