"""What SQLAlchemy misreads of the text of a table: its regular expressions don't know all of SQL.

Keys that were written by hand, or by ALTER TABLE ADD COLUMN, are not all understood. Foreign keys
that stand in a column, or say MATCH, come without their names, without what happens on delete and
update, and without DEFERRABLE; those that name their table in another case, or no columns, refer
to nothing. Unique constraints with names in other quotes, or on columns with parentheses in their
names, have no name or are not seen. A comparison would find them changed whenever it looks.

The expression of a generated column is looked for behind its name, wherever that stands: also
behind the end of another column's name. A script would bring back another column. So would one
that said a type as what SQLAlchemy takes for it, where it does not know the name.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import NullType

from ..reflection import (
    Found,
    complete_columns,
    complete_foreign_keys,
    complete_indexes,
    complete_unique_constraints,
)
from ..server_types import ServerType, keep_words
from .clauses import Clause
from .table_text import TableText, parse_table
from .tokens import NotUnderstood, folded, quoted

_ACTIONS = ("ondelete", "onupdate")
_TYPES_MARK = "_godwit_reads_types"


def read_keys(dialect: Dialect) -> None:
    """Have a dialect reflect such keys in full."""
    # SQLAlchemy warns of a key that stands in the text in other letters than its columns.
    in_peace = partial(_without, "WARNING: SQL-parsed foreign key")
    complete_foreign_keys(dialect, _complete_foreign_keys, in_peace)
    complete_unique_constraints(dialect, _complete_uniques)


def read_indexes(dialect: Dialect) -> None:
    """Have a dialect say nothing of indexes on expressions: those are read elsewhere, in full."""
    in_peace = partial(_without, "Skipped unsupported reflection of expression-based index")
    complete_indexes(dialect, _complete_indexes, in_peace)


def read_computed(dialect: Dialect) -> None:
    """Have a dialect reflect the expressions of generated columns."""
    complete_columns(dialect, _complete_computed)


def read_types(dialect: Dialect) -> None:
    """Have a dialect keep the names of types that SQLAlchemy does not know."""
    if hasattr(dialect, _TYPES_MARK):
        return
    reader: Any = dialect
    read = reader._resolve_type_affinity

    def resolve(said: str) -> Any:
        found = read(said)
        if said.partition("(")[0].strip() in reader.ischema_names:
            return found
        if isinstance(found, NullType):
            return ServerType(said)
        keep_words(found, said)
        return found

    setattr(dialect, _TYPES_MARK, True)
    reader._resolve_type_affinity = resolve


def _complete_computed(
    connection: Connection,
    table: str,
    schema: str | None,
    found: Found,
    _asked: dict[str, Any],
) -> None:
    generated = [column for column in found if "computed" in column]
    parsed = _parsed(_text(connection, schema, table)) if generated else None
    if parsed is not None:
        for column in generated:
            column["computed"]["sqltext"] = parsed.column(column["name"]).expression


def _complete_indexes(
    _connection: Connection,
    _table: str,
    _schema: str | None,
    found: Found,
    _asked: dict[str, Any],
) -> None:
    for index in found:
        index["unique"] = bool(index["unique"])  # 1 would be written into scripts


@contextmanager
def _without(warning: str) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", warning, SAWarning)
        yield


def _complete_foreign_keys(
    connection: Connection,
    table: str,
    schema: str | None,
    found: Found,
    _asked: dict[str, Any],
) -> None:
    for key in found:
        _name_as_stored(connection, schema, key)
    if found:
        text = _text(connection, schema, table)
        if any(key["name"] is None for key in found) or " MATCH " in text.upper():
            _add(text, found)


def _name_as_stored(connection: Connection, schema: str | None, key: dict[str, Any]) -> None:
    """Names of what a foreign key refers to in the case that they were made with.

    No columns mean the primary key. SQLite takes a table that is not there, too.
    """
    rows = connection.exec_driver_sql(
        f"PRAGMA {quoted(schema or 'main')}.table_xinfo({quoted(key['referred_table'])})"
    ).all()
    if rows:
        key["referred_table"] = _table_as_stored(connection, schema, key["referred_table"])
    columns = {folded(row.name): row.name for row in rows}
    if len(key["referred_columns"]) != len(key["constrained_columns"]):
        primary = [row.name for row in sorted(rows, key=lambda row: int(row.pk)) if row.pk]
        same = len(primary) == len(key["constrained_columns"])
        key["referred_columns"] = primary if same else list(key["constrained_columns"])
    else:
        said = key["referred_columns"]
        key["referred_columns"] = [columns.get(folded(name), name) for name in said]


def _table_as_stored(connection: Connection, schema: str | None, table: str) -> str:
    return _stored(connection, schema, table, "name") or table


def _complete_uniques(
    connection: Connection,
    table: str,
    schema: str | None,
    found: Found,
    _asked: dict[str, Any],
) -> None:
    """As the text of the table has them: each set of columns once, with its name if it has one."""
    text = _text(connection, schema, table)
    parsed = _parsed(text) if "UNIQUE" in text.upper() else None
    if parsed is not None:
        found[:] = _uniques_in(parsed)


def _uniques_in(table: TableText) -> Found:
    names = {folded(column.name): column.name for column in table.columns}
    uniques: dict[tuple[str, ...], dict[str, Any]] = {}
    for clause in table.constraints:
        if clause.kind != "unique":
            continue
        columns = tuple(names.get(folded(name), name) for name in clause.columns)
        known = uniques.setdefault(columns, {"name": None, "column_names": list(columns)})
        known["name"] = known["name"] or clause.name or None
    return sorted(uniques.values(), key=lambda each: str(each["name"] or ""))


def _text(connection: Connection, schema: str | None, table: str) -> str:
    return _stored(connection, schema, table, "sql")


def _stored(connection: Connection, schema: str | None, table: str, what: str) -> str:
    """The name or the text of a table as it was made; "" where there is no such table."""
    master = f"{quoted(schema or 'main')}.sqlite_master"
    query = f"SELECT {what} FROM {master} WHERE type = 'table' AND name = ? COLLATE NOCASE"
    return str(connection.exec_driver_sql(query, (table,)).scalar() or "")


def _parsed(text: str) -> TableText | None:
    try:
        return parse_table(text)
    except NotUnderstood:
        return None


def _add(sql: str, found: Found) -> None:
    parsed = _parsed(sql)
    for clause in parsed.constraints if parsed is not None else ():
        words = [token.keyword for token in clause.tokens]
        key = _key_of(clause, found) if clause.kind == "foreignkey" else None
        if key is not None and (clause.own or key["name"] is None or "MATCH" in words):
            key["name"] = clause.name or None
            key["options"] = _options(words)


def _key_of(clause: Clause, found: Found) -> dict[str, Any] | None:
    """The one on the same columns that refers to the same table; in a column, of those that are
    not known yet.
    """
    table, _ = clause.referred
    for key in found:
        columns = [folded(name) for name in key["constrained_columns"]]
        same = columns == [folded(name) for name in clause.columns]
        is_open = key["name"] is None or not clause.own
        if same and is_open and folded(key["referred_table"]) == folded(table):
            return key
    return None


def _options(words: list[str]) -> dict[str, Any]:
    """What SQLAlchemy says of a foreign key that stands by itself."""
    options: dict[str, Any] = {}
    text = " ".join(words)
    for name in _ACTIONS:
        _, _, rest = text.partition(f" ON {name[2:].upper()} ")
        action = next((a for a in _SAID if rest.startswith(a)), None)
        if action:
            options[name] = action
    if "DEFERRABLE" in words:
        options["deferrable"] = "NOT DEFERRABLE" not in text
    if "INITIALLY" in words:
        options["initially"] = words[words.index("INITIALLY") + 1]
    return options


_SAID = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT")  # NO ACTION is what nobody needs to say
