"""The table ``godwit_backfills``: what ``op.backfill(…, later=True)`` left to be done later.

It stands in the schema of the version table, and is made when the first row is written. A row
is a backfill as it was asked for, and the bookmark how far it is; it goes when that is done.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Insert,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from ..errors import BackfillRefused
from ..frozen import frozen
from ..journal.entries import decoded, encoded
from ..journal.pieces import Key, Piece, Standing
from ..journal.tables import WIDTH, KeptTable, LongText
from ..targets import BACKFILLS_TABLE


@frozen
class Due:
    """A backfill that is due. ``definition`` is what was asked for, as JSON."""

    revision: str
    table: str
    schema: str | None
    definition: str
    number: int = 0
    standing: Standing = field(default_factory=Standing)

    @property
    def name(self) -> str:
        """Its table, as a person writes it."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


class DueStore(KeptTable):
    """The backfills that are due, of one version table."""

    def __init__(self, version_table: str, schema: str | None = None) -> None:
        super().__init__(version_table, schema, _table(schema))

    def insertion(self, due: Due) -> Insert:
        """The statement that leaves a backfill for later."""
        return insert(self.table).values(
            version_table=self.version_table,
            revision=due.revision,
            table_schema=due.schema or "",
            table_name=due.table,
            definition=due.definition,
            position="",
            changed=0,
            seen=0,
        )

    def read(self, connection: Connection) -> tuple[Due, ...]:
        """What is due, in the order in which it was asked for."""
        if not self.exists(connection):
            return ()
        columns = self.table.columns
        query = select(self.table).where(columns.version_table == self.version_table)
        return tuple(_due(row) for row in connection.execute(query.order_by(columns.id)))

    def locked(self, connection: Connection, number: int) -> Due | None:
        """One as it is now, that nobody else works on before our transaction ends."""
        query = select(self.table).where(self.table.c.id == number).with_for_update()
        row = connection.execute(query).first()
        return None if row is None else _due(row)

    def reached(self, connection: Connection, number: int, standing: Standing) -> None:
        """Note how far one is; take it away if it is done."""
        mine = self.table.c.id == number
        if standing.done:
            connection.execute(delete(self.table).where(mine))
            return
        keys = [[encoded(value) for value in key] for key in (standing.cursor, standing.until)]
        values = {"position": json.dumps(keys), "changed": standing.rows, "seen": standing.seen}
        connection.execute(update(self.table).where(mine).values(values))

    def keep(self, connection: Connection, applied: Collection[str]) -> None:
        """Forget those of revisions that are not applied any more."""
        gone = {due.revision for due in self.read(connection)} - set(applied)
        if gone:
            columns = self.table.columns
            mine = columns.version_table == self.version_table
            found = columns.revision.in_(sorted(gone))
            connection.execute(delete(self.table).where(mine, found))


class DuePiece(Piece):
    """The bookmark of a backfill that is due."""

    def __init__(self, store: DueStore, connection: Connection, due: Due) -> None:
        super().__init__()
        self.store = store
        self.connection = connection
        self.due = due
        self.standing = due.standing

    def locked(self) -> Standing:
        found = self.store.locked(self.connection, self.due.number)
        if found is None:
            raise BackfillRefused(
                f"The backfill of {self.due.name} is not due any more: somebody else has done it,"
                f" or reverted revision {self.due.revision}."
            )
        return found.standing

    def reached(self, standing: Standing) -> None:
        self.store.reached(self.connection, self.due.number, standing)
        self.standing = standing


def _due(row: Row[Any]) -> Due:
    cursor, until = json.loads(row.position) if row.position else ((), ())
    standing = Standing(_key(cursor), _key(until), row.changed, row.seen)
    return Due(
        row.revision, row.table_name, row.table_schema or None, row.definition, row.id, standing
    )


def _key(values: Any) -> Key:
    return tuple(decoded(value) for value in values)


def _table(schema: str | None) -> Table:
    return Table(
        BACKFILLS_TABLE,
        MetaData(),
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("version_table", String(WIDTH), nullable=False),
        Column("revision", String(WIDTH), nullable=False),
        Column("table_schema", String(WIDTH), nullable=False),
        Column("table_name", String(WIDTH), nullable=False),
        Column("definition", LongText, nullable=False),
        Column("position", Text, nullable=False),
        Column("changed", BigInteger, nullable=False),
        Column("seen", BigInteger, nullable=False),
        Column("noted_at", DateTime, nullable=False, server_default=func.now()),
        schema=schema,
    )
