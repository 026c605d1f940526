"""Tables and indexes that come back are made of what was read of them: of words that last."""

from __future__ import annotations

from alembic.operations import ops
from sqlalchemy import CheckConstraint, TextClause

from ..dialects.base import Database
from .compare.text import literally
from .steps import flat

_PREDICATE = "postgresql_where"


def say_steadily(operations: ops.OpContainer, database: Database) -> None:
    """Say CHECKs and predicates so that the database has them again as it had them."""
    for operation in flat(operations):
        if isinstance(operation, ops.CreateTableOp):
            for item in operation.columns:
                if isinstance(item, CheckConstraint):
                    item.sqltext = _steady(item.sqltext, database)
        elif isinstance(operation, ops.CreateIndexOp) and _PREDICATE in operation.kw:
            operation.kw[_PREDICATE] = _steady(operation.kw[_PREDICATE], database)


def _steady(expression: object, database: Database) -> object:
    said = expression.text if isinstance(expression, TextClause) else expression
    if not isinstance(said, str) or database.steady(said) == said:
        return expression
    return literally(database.steady(said))
