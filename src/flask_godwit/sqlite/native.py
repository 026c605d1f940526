"""What SQLite can do to a table by itself, without a copy of it."""

from __future__ import annotations

from .columns import ColumnText
from .schema import Schema
from .table_text import TableText
from .tokens import same_name

RENAMES_COLUMNS = (3, 26, 0)
DROPS_COLUMNS = (3, 35, 5)
"""Before 3.35.5 it could damage the database."""
_CONSTANT = ("string", "number", "blob")
_NO_CONSTANT = ("CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP")


def can_add(schema: Schema, table: str, column: ColumnText) -> bool:
    """Whether ADD COLUMN takes this definition."""
    if column.clause("PRIMARY", "UNIQUE") or column.is_stored:
        return False
    needs_value = column.not_null and column.default.upper() in ("", "NULL")
    refers = column.clause("REFERENCES") is not None
    has_value = column.default.upper() not in ("", "NULL")
    if _is_constant(column) and not needs_value and not (refers and has_value):
        return True
    return schema.is_empty(table)


def can_drop(schema: Schema, table: TableText, name: str) -> bool:
    """Whether DROP COLUMN takes this column, once no index has it."""
    column = table.column(name)
    own = [c for c in table.constraints if c.own and same_name(c.own[0], name)]
    others = [c for c in table.constraints if c not in own]
    return (
        schema.version >= DROPS_COLUMNS
        and column.clause("PRIMARY", "UNIQUE") is None
        and not any(clause.concerns(name) for clause in others)
        and len(table.columns) > 1
    )


def _is_constant(column: ColumnText) -> bool:
    """Whether every row gets the same default: SQLite fills in no expression."""
    default = column.clause("DEFAULT")
    if default is None:
        return True
    tokens = default.tokens[1:]
    return tokens[-1].keyword not in _NO_CONSTANT and tokens[0].text != "("
