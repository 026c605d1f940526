"""The table ``godwit_journal``, in the schema of the version table.

It is empty whenever no revision is half applied. Rows are written through the connection that
runs the revision, so that a change of data and its row are committed together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)

from .entries import Answer, Entry, decoded, encoded
from .tables import CreateOurs

TABLE = "godwit_journal"

# A parameter with the name of a column would be its new value.
_REVISION, _DIRECTION, _POSITION = "of_revision", "of_direction", "of_position"


class Store:
    """The journal's rows of one version table."""

    def __init__(self, connection: Connection, version_table: str, schema: str | None) -> None:
        self.connection = connection
        self.version_table = version_table
        self.schema = schema
        self.table = _table(schema)
        # Made once: SQLAlchemy takes longer to put a statement together than to send it.
        of_one = self._of(bindparam(_REVISION), bindparam(_DIRECTION))
        position = self.table.c.position == bindparam(_POSITION)
        self._added = insert(self.table)
        self._changed = update(self.table).where(*of_one, position)
        self._cleared = delete(self.table).where(*of_one)

    def exists(self) -> bool:
        """Whether the table was made already."""
        return inspect(self.connection).has_table(TABLE, schema=self.schema)

    def create(self) -> None:
        """Make the table where it is missing."""
        if not self.exists():
            self.connection.execute(CreateOurs(self.table))

    def read(self) -> dict[tuple[str, str], list[Entry]]:
        """What was noted: the entries of each half-applied (revision, direction), in order."""
        mine = self.table.c.version_table == self.version_table
        query = select(self.table).where(mine).order_by(self.table.c.position)
        found: dict[tuple[str, str], list[Entry]] = {}
        for row in self.connection.execute(query):
            found.setdefault((row.revision, row.direction), []).append(_entry(row))
        return found

    def unfinished(self) -> dict[tuple[str, str], list[Entry]]:
        """What was noted, wherever the table may be missing."""
        return self.read() if self.exists() else {}

    def half_done(self, applied: Collection[str]) -> dict[tuple[str, str], list[Entry]]:
        """What was noted of revisions that are not finished.

        :param applied: those that are. What others finished, such as plain Alembic, is not half
            done.
        """
        return {
            (revision, direction): entries
            for (revision, direction), entries in self.unfinished().items()
            if (revision in applied) is not (direction == "upgrade")
        }

    def locked(self, revision: str, direction: str, position: int) -> Entry:
        """One entry as it is now, that nobody else changes before our transaction ends."""
        found = self.table.c.position == position
        query = select(self.table).where(*self._of(revision, direction), found)
        return _entry(self.connection.execute(query.with_for_update()).one())

    def add(self, revision: str, direction: str, entries: Iterable[Entry]) -> None:
        """Note statements of a revision."""
        of_revision = {
            "version_table": self.version_table,
            "revision": revision,
            "direction": direction,
        }
        rows = [{**of_revision, **asdict(entry), "answer": _json(entry)} for entry in entries]
        if rows:
            self.connection.execute(self._added, rows)

    def change(self, revision: str, direction: str, entry: Entry) -> None:
        """Note what became of a statement."""
        values = {
            "state": entry.state,
            "before": entry.before,
            "after": entry.after,
            "answer": _json(entry),
            "session": entry.session,
            "error": entry.error,
        }
        one = {**_named(revision, direction), _POSITION: entry.position}
        self.connection.execute(self._changed, {**values, **one})

    def take_as_it_is(self, revision: str, direction: str, file: str) -> None:
        """Note that somebody decided to go on with the file as it is now."""
        query = update(self.table).where(*self._of(revision, direction))
        self.connection.execute(query.values(file=file, after={}))

    def forget(self, revision: str, direction: str, entry: Entry) -> None:
        """Take one note away."""
        one = self.table.c.position == entry.position
        self.connection.execute(delete(self.table).where(*self._of(revision, direction), one))

    def clear(self, revision: str, direction: str) -> None:
        """Forget a revision, which is finished."""
        self.connection.execute(self._cleared, _named(revision, direction))

    def _of(self, revision: Any, direction: Any) -> tuple[ColumnElement[bool], ...]:
        columns = self.table.c
        return (
            columns.version_table == self.version_table,
            columns.revision == revision,
            columns.direction == direction,
        )


def _named(revision: str, direction: str) -> dict[str, Any]:
    return {_REVISION: revision, _DIRECTION: direction}


def _entry(row: Row[Any]) -> Entry:
    values = {name: row._mapping[name] for name in Entry.__dataclass_fields__}
    return replace(Entry(**values), answer=_answer(values["answer"]))


def _json(entry: Entry) -> dict[str, object]:
    answer = entry.answer
    rows = [[encoded(value) for value in row] for row in answer.rows]
    return {**asdict(answer), "rows": rows}


def _answer(stored: dict[str, object]) -> Answer:
    rows: Iterable[Iterable[object]] = stored["rows"]  # type: ignore[assignment]
    columns: Iterable[str] | None = stored["columns"]  # type: ignore[assignment]
    return Answer(
        count=stored["count"],  # type: ignore[arg-type]
        last_id=stored["last_id"],  # type: ignore[arg-type]
        columns=None if columns is None else tuple(columns),
        rows=tuple(tuple(decoded(value) for value in row) for row in rows),
    )


def _table(schema: str | None) -> Table:
    return Table(
        TABLE,
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("version_table", String(128), nullable=False),
        Column("revision", String(128), nullable=False),
        Column("direction", String(16), nullable=False),
        Column("position", Integer, nullable=False),
        Column("statement", Text, nullable=False),
        Column("text", String(32), nullable=False),
        Column("values", String(32), nullable=False),
        Column("state", String(16), nullable=False),
        Column("before", JSON, nullable=False),
        Column("after", JSON, nullable=False),
        Column("answer", JSON, nullable=False),
        Column("session", String(128), nullable=False),
        Column("file", String(32), nullable=False),
        Column("error", Text, nullable=False),
        Column("noted_at", DateTime, nullable=False, server_default=func.now()),
        schema=schema,
    )
