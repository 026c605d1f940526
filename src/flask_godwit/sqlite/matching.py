"""Questions about constraints and indexes, by their texts."""

from __future__ import annotations

from .clauses import TABLE_CLAUSES, Clause, clauses_of
from .inventory import constraint_text
from .table_text import TableText
from .tokens import mentions, quoted, same_name, tokens_of


def clause_of(text: str) -> Clause | None:
    """The constraint that a text is; None of an empty one."""
    return clauses_of(tokens_of(text), TABLE_CLAUSES)[0] if text else None


def is_same(one: Clause, other: Clause) -> bool:
    """Whether two constraints are one, by name, or by content where one has no name."""
    if one.name and other.name:
        return same_name(one.name, other.name)
    return one.kind == other.kind and constraint_text(one) == constraint_text(other)


def is_replaced(old: Clause, new: Clause) -> bool:
    """Whether a new constraint takes the place of an old one: by name, or as primary key."""
    if new.kind == "primary" and old.kind == "primary":
        return True
    named = bool(new.name) and same_name(old.name, new.name)
    return named or (not old.name and not new.name and is_same(old, new))


def is_about(clause: Clause, name: str, table: TableText) -> bool:
    """Whether a constraint can stand in a column's definition, as it concerns no other."""
    if clause.kind == "foreignkey":
        return len(clause.columns) == 1 and same_name(clause.columns[0], name)
    others = [column.name for column in table.columns if not same_name(column.name, name)]
    return clause.kind == "check" and not any(clause.concerns(other) for other in others)


def key_text(key: Clause | None, columns: list[str]) -> str:
    """A primary key over these columns, called as the old one, and as strict."""
    named = f"CONSTRAINT {quoted(key.name)} " if key and key.name else ""
    conflict = f" ON CONFLICT {key.on_conflict}" if key and key.on_conflict else ""
    return f"{named}PRIMARY KEY ({', '.join(map(quoted, columns))}){conflict}"


def index_mentions(sql: str, name: str) -> bool:
    """Whether a column occurs in an index, its expressions and its condition included."""
    tokens = tokens_of(sql)
    opening = next(i for i, token in enumerate(tokens) if token.text == "(")
    return mentions(tokens[opening:], name)
