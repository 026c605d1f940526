"""Rows that a script changes in tables with constraints that wait for the end of the transaction.

What waits would keep the table from being changed further on, so it is looked at at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect

from ..dialects.base import Database
from .names import Key, quoted
from .steps import Comment, Sql, flat


def check_at_once(
    operations: ops.OpContainer, dialect: Dialect, database: Database, late: Collection[Key]
) -> None:
    """Let such a script begin with a statement that says so.

    :param late: the tables of the database with such constraints, by their new names.
    """
    if not database.check_at_once:
        return
    tables = [quoted(dialect, *key) for key in {*late, *_made(operations)}]
    changing = tuple(f"{verb} {table} " for table in tables for verb in ("UPDATE", "INSERT INTO"))
    statements = (step.statement for step in flat(operations) if isinstance(step, Sql))
    if any(statement.startswith(changing) for statement in statements):
        operations.ops[:0] = [
            Comment("What waits for the end of the transaction would hold up what follows."),
            Sql(database.check_at_once),
        ]


def _made(operations: ops.OpContainer) -> Iterator[Key]:
    """The new tables with such constraints."""
    for step in flat(operations):
        if isinstance(step, ops.CreateTableOp) and any(map(_waits, step.to_table().constraints)):
            yield step.schema, step.table_name


def _waits(constraint: Any) -> bool:
    return str(getattr(constraint, "initially", "")).upper() == "DEFERRED"
