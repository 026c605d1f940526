"""What revisions have made so far, for a script that no database stands behind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, ForeignKey

_OPTION = "godwit_seen"
_KEYS = (ops.CreateIndexOp, ops.CreatePrimaryKeyOp, ops.CreateUniqueConstraintOp)


def seen_in(context: MigrationContext) -> Seen:
    """What the revisions of one script have made."""
    found: Seen = context.opts.setdefault(_OPTION, Seen())
    return found


class Seen:
    """The columns of tables, and which of them something else depends on."""

    def __init__(self) -> None:
        self.columns: set[tuple[str, str]] = set()
        self.used: set[tuple[str, str]] = set()
        self.words: set[str] = set()
        """The words of SQL that nobody has read: any of them may be a column that is used."""

    def is_free(self, table: str, column: str) -> bool:
        """Whether a column is known, and nothing that is known depends on it."""
        place = (table, column)
        return place in self.columns and place not in self.used and column not in self.words

    def note(self, operation: Any) -> None:
        """An operation is asked for."""
        if isinstance(operation, ops.CreateTableOp):
            self._made(operation.table_name, operation.columns)
        elif isinstance(operation, ops.AddColumnOp):
            self._made(operation.table_name, [operation.column])
        elif isinstance(operation, _KEYS):
            self._use(operation.table_name, operation.columns)
        elif isinstance(operation, ops.CreateForeignKeyOp):
            self._use(operation.source_table, operation.local_cols)
            self._use(operation.referent_table, operation.remote_cols)
        elif isinstance(operation, ops.CreateCheckConstraintOp):
            self._read(str(operation.condition))
        elif isinstance(operation, ops.ExecuteSQLOp):
            self._read(str(operation.sqltext))

    def _made(self, table: str, items: Iterable[Any]) -> None:
        """Columns and constraints, which nobody but Alembic may put into a table."""
        for item in items:
            if isinstance(item, Column):
                self._column(table, item)
            self._use(table, getattr(item, "_pending_colargs", ()))
            self._use(table, getattr(item, "column_keys", ()))
            self._refers(getattr(item, "elements", ()))
            self._read(str(getattr(item, "sqltext", "")))

    def _column(self, table: str, column: Column[Any]) -> None:
        place = (table, column.name)
        self.columns.add(place)
        flags = (column.primary_key, column.unique, column.index, column.foreign_keys)
        if any(flags) or column.computed is not None or column.identity is not None:
            self.used.add(place)
        self._refers(column.foreign_keys)

    def _refers(self, keys: Iterable[ForeignKey]) -> None:
        for key in keys:
            parent, _, name = str(key.target_fullname).rpartition(".")
            self.used.add((parent.rpartition(".")[2], name))

    def _use(self, table: str, columns: Iterable[Any]) -> None:
        for column in columns:
            if isinstance(column, str | Column):
                self.used.add((table, str(getattr(column, "name", column))))
            else:
                self._read(str(column))

    def _read(self, sql: str) -> None:
        self.words.update(re.findall(r"\w+", sql))
