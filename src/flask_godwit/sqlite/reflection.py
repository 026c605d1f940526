"""Foreign keys that stand in a column, as ALTER TABLE ADD COLUMN writes them.

SQLAlchemy reflects those without their names, without what happens on delete and update, and
without DEFERRABLE: a comparison would find them changed whenever it looks.
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
    if any(key["name"] is None for key in found):
        _add(_text(connection, schema, table), found)


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
        key = _key_of(clause, found) if clause.kind == "foreignkey" and clause.own else None
        if key is not None:
            key["name"] = clause.name or None
            key["options"] = _options([token.keyword for token in clause.tokens])


def _key_of(clause: Clause, found: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one on the same column that refers to the same table, and is not known yet."""
    table, _ = clause.referred
    for key in found:
        same = [folded(name) for name in key["constrained_columns"]] == [folded(clause.own[0])]
        if same and key["name"] is None and folded(key["referred_table"]) == folded(table):
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
