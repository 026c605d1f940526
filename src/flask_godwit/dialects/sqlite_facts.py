"""What SQLite says about tables: the CREATE statements that it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Table, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from ..sqlite.spelling import spelled
from ..sqlite.table_text import TableText, parse_table
from ..sqlite.tokens import NotUnderstood, folded, tokens_of
from .facts import Catalogue, ColumnFacts, TableFacts


class SQLiteCatalogue(Catalogue):
    """SQLite's answers, kept for one comparison."""

    def __init__(self) -> None:
        self._read: dict[tuple[str | None, str], TableFacts | None] = {}

    def read(self, connection: Connection, schema: str | None, table: str) -> TableFacts | None:
        key = (schema, table)
        if key not in self._read:
            self._read[key] = _facts(connection, schema or "main", table)
        return self._read[key]

    @contextmanager
    def twin(self, connection: Connection, copy: Table) -> Iterator[TableFacts | None]:
        """Made in memory."""
        found = None
        engine = create_engine("sqlite://", poolclass=NullPool)
        with engine.connect() as scratch:
            try:
                copy.create(scratch, checkfirst=False)
                found = _facts(scratch, "main", copy.name)
            except SQLAlchemyError:
                found = None
        yield found


def _facts(connection: Connection, schema: str, table: str) -> TableFacts | None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    found = connection.exec_driver_sql(
        f"SELECT type, name, sql FROM {quote(schema)}.sqlite_master WHERE tbl_name = ?", (table,)
    ).all()
    stored = next((sql for type_, _, sql in found if type_ == "table"), "")
    try:
        text = parse_table(stored)
    except NotUnderstood:
        return None
    info = connection.exec_driver_sql(f"PRAGMA {quote(schema)}.table_xinfo({quote(table)})").all()
    return TableFacts(
        {row[1]: replace(_column(text, table, row), type=row[2]) for row in info},
        tuple(_checks(text, table)),
        {name: _index(sql) for type_, name, sql in found if type_ == "index" and sql},
        key_names={
            c.columns: c.name for c in text.constraints if c.kind == "foreignkey" and c.name
        },
        options=dict.fromkeys(_kinds(text), "on"),
        conflicts=dict(_conflicts(text)),
        key_conflict="".join(c.on_conflict for c in text.constraints if c.kind == "primary"),
    )


def _conflicts(text: TableText) -> Iterator[tuple[tuple[str, ...], str]]:
    """How unique constraints deal with rows that they refuse, by the columns' own names."""
    names = {folded(column.name): column.name for column in text.columns}
    for clause in text.constraints:
        if clause.kind == "unique" and clause.on_conflict:
            yield tuple(names.get(folded(n), n) for n in clause.columns), clause.on_conflict


def _kinds(text: TableText) -> Iterator[str]:
    """The keywords of a model that say what kind of a table it is."""
    words = {"STRICT": "sqlite_strict", "WITHOUT ROWID": "sqlite_with_rowid"}
    yield from (words[option] for option in text.options)
    if text.has_autoincrement:
        yield "sqlite_autoincrement"


def _column(text: TableText, table: str, row: Sequence[Any]) -> ColumnFacts:
    """What the text and a row of table_xinfo say of a column."""
    name, default, hidden = row[1], row[4], row[6]
    column = text.column(name)
    generated = column.clause("GENERATED", "AS")
    computed = spelled(generated.expression, text, table) if generated else ""
    return ColumnFacts(
        default=None if default is None or default.upper() == "NULL" else default,
        computed=f"{hidden} {computed}" if computed else None,
        collation=column.collation.upper() or None,
        null_conflict=column.null_conflict,
    )


def _checks(text: TableText, table: str) -> Iterator[tuple[str | None, str]]:
    for clause in text.constraints:
        if clause.kind == "check":
            yield clause.name or None, spelled(clause.expression, text, table)


def _index(statement: str) -> str:
    """``CREATE UNIQUE INDEX name ON table (…) WHERE …`` without the names."""
    tokens = tokens_of(statement)
    words = [token.keyword for token in tokens]
    rest = statement[tokens[words.index("ON") + 2].start :]
    return ("UNIQUE " if "UNIQUE" in words[:3] else "") + " ".join(rest.split())
