"""Foreign keys that stand in a column, as ALTER TABLE ADD COLUMN writes them.

SQLAlchemy reflects those without their names, without what happens on delete and update, and
without DEFERRABLE: a comparison would find them changed whenever it looks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect

from .clauses import Clause
from .table_text import parse_table
from .tokens import NotUnderstood, folded, quoted

_MARK = "_godwit_reads_keys_in_columns"
_ACTIONS = ("ondelete", "onupdate")


def read_keys_in_columns(dialect: Dialect) -> None:
    """Have a dialect reflect such foreign keys in full."""
    if hasattr(dialect, _MARK):
        return
    read = dialect.get_foreign_keys

    def get_foreign_keys(
        connection: Connection, table_name: str, schema: str | None = None, **options: Any
    ) -> Any:
        found: Any = read(connection, table_name, schema, **options)
        if any(key["name"] is None for key in found):
            _complete(_text(connection, schema, table_name), found)
        return found

    setattr(dialect, _MARK, True)
    dialect.get_foreign_keys = get_foreign_keys  # type: ignore[method-assign]


def _text(connection: Connection, schema: str | None, table: str) -> str:
    master = f"{quoted(schema or 'main')}.sqlite_master"
    query = f"SELECT sql FROM {master} WHERE type = 'table' AND name = ? COLLATE NOCASE"
    return str(connection.exec_driver_sql(query, (table,)).scalar() or "")


def _complete(sql: str, found: list[dict[str, Any]]) -> None:
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
