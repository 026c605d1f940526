"""``op.tables.users``: a table as it is in the database at this point of the history.

So that data steps need not import models, which will have other columns some day.
"""

from __future__ import annotations

import re
from typing import Any

import alembic.op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, event
from sqlalchemy.exc import NoSuchTableError

from ..errors import TableMissing
from ..journal.kinds import Kind, kind_of

_KNOWN = "godwit_tables"
"""The option of a context in which the tables are that were looked at."""
_OF_SQLITE = re.compile(r"\s*UPDATE\b.*\bsqlite_(master|schema)\b", re.IGNORECASE)
_BACK = re.compile(r"\s*ROLLBACK\b", re.IGNORECASE)


class Tables:
    """The tables of the database that a revision runs on, each read when it is asked for.

    A table is read again after the schema was changed.
    """

    def __init__(self, operations: Any) -> None:
        self._operations = operations

    def __getattr__(self, name: str) -> Table:
        """``op.tables.users``"""
        if name.startswith("__"):
            raise AttributeError(name)
        return self(name)

    def __getitem__(self, name: str) -> Table:
        """``op.tables["my-table"]``, for names that are no names of Python."""
        return self(name)

    def __call__(self, name: str, schema: str | None = None) -> Table:
        """``op.tables("users", schema="archive")``

        :raises TableMissing: there is no such table, or in offline mode no database to look at.
        """
        context: MigrationContext = self._operations.get_context()
        if context.as_sql or context.connection is None:
            raise TableMissing(
                f"op.tables.{name} looks at the database, which there is none of with --sql.",
                hint=f'sa.table("{name}", sa.column("id"), …)    says what is needed of it',
            )
        known = _known(context, context.connection)
        try:
            return Table(name, known, schema=schema, autoload_with=context.connection)
        except NoSuchTableError as error:
            raise TableMissing(
                f"There is no table {name!r} in the database at this revision."
            ) from error


def _known(context: MigrationContext, connection: Connection) -> MetaData:
    if _KNOWN not in context.opts:
        known = context.opts[_KNOWN] = MetaData()

        def forget(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if _changes_schema(statement):
                known.clear()

        event.listen(connection, "after_cursor_execute", forget)
        event.listen(connection, "rollback", lambda _connection: known.clear())
    found: MetaData = context.opts[_KNOWN]
    return found


def _changes_schema(statement: str) -> bool:
    """Whether tables may be others afterwards; in doubt they are."""
    if kind_of(statement) not in (Kind.DATA, Kind.OTHER):
        return True
    return bool(_BACK.match(statement) or _OF_SQLITE.match(statement))


Operations.tables = property(Tables)  # type: ignore[assignment]
alembic.op.tables = Tables(alembic.op)  # type: ignore[attr-defined]
