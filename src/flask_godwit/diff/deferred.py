"""Rows that a script changes in tables with constraints that wait for the end of the transaction.

What waits would keep the table from being changed further on, so it is looked at at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect

from ..dialects.base import Database
from .names import Key, quoted
from .steps import Comment, Sql, flat

_CHANGES = ("UPDATE ", "INSERT INTO ")


def check_at_once(
    operations: ops.OpContainer,
    dialect: Dialect,
    database: Database,
    late: Callable[[], Collection[Key]],
) -> None:
    """Let such a script begin with a statement that says so.

    :param late: reads the tables of the database with such constraints, by their new names; most
        scripts change no rows, and need not know.
    """
    statements = [step.statement for step in flat(operations) if isinstance(step, Sql)]
    changing = [each for each in statements if each.startswith(_CHANGES)]
    if not database.check_at_once or not changing:
        return
    tables = [quoted(dialect, *key) for key in {*late(), *_made(operations)}]
    concerned = tuple(f"{verb}{table} " for table in tables for verb in _CHANGES)
    if any(statement.startswith(concerned) for statement in changing):
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
