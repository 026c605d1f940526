"""Foreign keys that stand in a column, as ALTER TABLE ADD COLUMN writes them, or say MATCH.

SQLAlchemy reflects the first without their names, and both without what happens on delete and
update, and without DEFERRABLE: a comparison would find them changed whenever it looks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect

from ..reflection import complete_foreign_keys
from .clauses import Clause
from .table_text import parse_table
from .tokens import NotUnderstood, folded, quoted

_ACTIONS = ("ondelete", "onupdate")


def read_keys_in_columns(dialect: Dialect) -> None:
    """Have a dialect reflect such foreign keys in full."""
    complete_foreign_keys(dialect, _complete)


def _complete(
    connection: Connection,
    table: str,
    schema: str | None,
    found: list[dict[str, Any]],
    _asked: dict[str, Any],
) -> None:
    if found:
        text = _text(connection, schema, table)
        if any(key["name"] is None for key in found) or " MATCH " in text.upper():
            _add(text, found)


def _text(connection: Connection, schema: str | None, table: str) -> str:
    master = f"{quoted(schema or 'main')}.sqlite_master"
    query = f"SELECT sql FROM {master} WHERE type = 'table' AND name = ? COLLATE NOCASE"
    return str(connection.exec_driver_sql(query, (table,)).scalar() or "")


def _add(sql: str, found: list[dict[str, Any]]) -> None:
    try:
        clauses = parse_table(sql).constraints
    except NotUnderstood:
        return
    for clause in clauses:
        words = [token.keyword for token in clause.tokens]
        is_misread = clause.kind == "foreignkey" and (clause.own or "MATCH" in words)
        key = _key_of(clause, found) if is_misread else None
        if key is not None:
            key["name"] = clause.name or None
            key["options"] = _options(words)


def _key_of(clause: Clause, found: list[dict[str, Any]]) -> dict[str, Any] | None:
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
