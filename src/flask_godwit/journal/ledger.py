"""The table ``godwit_ledger``: a row for each revision that was applied, reverted or stamped.

It stands in the schema of the version table, and is made when the first row is written.
Nothing of ours ever drops it or deletes from it. Columns that a later release adds may be
empty, so releases that know different columns can share one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    insert,
    inspect,
    or_,
    select,
)
from sqlalchemy.schema import CreateColumn

from ..values import LogEntry
from .tables import WIDTH, CreateOurs, KeptTable, LongText, Moment

TABLE = "godwit_ledger"
LAYOUT = 1
"""The layout of the rows that this release writes."""

DONE, FAILED = "done", "failed"


class Ledger(KeptTable):
    """The ledger's rows of one version table."""

    def __init__(self, version_table: str, schema: str | None = None) -> None:
        super().__init__(version_table, schema, _table(schema))
        self._added = insert(self.table)

    def prepare(self, connection: Connection) -> None:
        """Make the table, or the columns that an older release did not know."""
        if not self.exists(connection):
            connection.execute(CreateOurs(self.table))
            return
        there = self._columns(connection)
        for column in self.table.columns:
            if column.name not in there:
                _add_column(connection, column)

    def add(self, connection: Connection, entry: LogEntry, text: str) -> None:
        """Write a row; its number is the database's business."""
        row = {
            "layout": LAYOUT,
            "version_table": self.version_table,
            "bind": entry.bind,
            "revision": entry.revision[:WIDTH],
            "down_revisions": ", ".join(entry.down_revisions),
            "message": entry.message,
            "direction": entry.direction,
            "result": entry.result,
            "error": entry.error,
            "started": _stored(entry.started),
            "finished": _stored(entry.finished),
            "statements": entry.statements,
            "checksum": entry.checksum,
            "text": text,
            "database_user": entry.database_user[:WIDTH],
            "os_user": entry.os_user[:WIDTH],
            "host": entry.host[:WIDTH],
            "version": entry.version[:WIDTH],
        }
        connection.execute(self._added, row)

    def entries(
        self, connection: Connection, beginnings: Sequence[str] = (), limit: int | None = None
    ) -> tuple[LogEntry, ...]:
        """What was written, newest first.

        :param beginnings: only of revisions that begin like one of these.
        :param limit: that many at most.
        """
        if not self.exists(connection):
            return ()
        there = self._columns(connection)
        columns = self.table.columns
        known = [c for c in columns if c.name in there and c.name not in ("text", "layout")]
        query = select(*known).where(columns.version_table == self.version_table)
        if beginnings:
            like = [columns.revision.startswith(text, autoescape=True) for text in beginnings]
            query = query.where(or_(*like))
        query = query.order_by(columns.id.desc()).limit(limit)
        return tuple(_entry(row) for row in connection.execute(query))

    def texts(self, connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
        """The files as they were, by the rows' numbers."""
        columns = self.table.columns
        query = select(columns.id, columns.text).where(columns.id.in_(list(numbers)))
        return {row.id: row.text or "" for row in connection.execute(query)}

    def _columns(self, connection: Connection) -> set[str]:
        return {c["name"] for c in inspect(connection).get_columns(TABLE, schema=self.schema)}


def _stored(moment: datetime) -> datetime:
    """UTC without saying so, which every database stores alike."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def _entry(row: Row[Any]) -> LogEntry:
    found = row._mapping

    def text(name: str) -> str:
        return found.get(name) or ""

    return LogEntry(
        number=row.id,
        bind=text("bind"),
        revision=row.revision,
        down_revisions=tuple(filter(None, text("down_revisions").split(", "))),
        message=text("message"),
        direction=row.direction,
        result=row.result,
        error=text("error"),
        started=row.started.replace(tzinfo=timezone.utc),
        finished=row.finished.replace(tzinfo=timezone.utc),
        statements=found.get("statements") or 0,
        checksum=text("checksum"),
        database_user=text("database_user"),
        os_user=text("os_user"),
        host=text("host"),
        version=text("version"),
    )


def _add_column(connection: Connection, column: Column[Any]) -> None:
    prepare = connection.dialect.identifier_preparer
    definition = CreateColumn(column).compile(dialect=connection.dialect)
    table = prepare.format_table(column.table)
    connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {definition}")


def _table(schema: str | None) -> Table:
    """Only what the first release wrote into every row must be there."""
    return Table(
        TABLE,
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("layout", Integer, nullable=False),
        Column("version_table", String(WIDTH), nullable=False),
        Column("bind", String(WIDTH)),
        Column("revision", String(WIDTH), nullable=False),
        Column("down_revisions", Text),
        Column("message", LongText),
        Column("direction", String(16), nullable=False),
        Column("result", String(16), nullable=False),
        Column("error", LongText),
        Column("started", Moment, nullable=False),
        Column("finished", Moment, nullable=False),
        Column("statements", Integer),
        Column("checksum", String(64)),
        Column("text", LongText),
        Column("database_user", String(WIDTH)),
        Column("os_user", String(WIDTH)),
        Column("host", String(WIDTH)),
        Column("version", String(WIDTH)),
        schema=schema,
    )
