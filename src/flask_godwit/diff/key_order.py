"""The order in which SQLAlchemy creates the columns of a primary key.

Where a model gives it by ``primary_key=True`` alone, the column that counts is the first: MySQL
counts in no other. Copies of the key, such as those that scripts are written from, forget that.
"""

from __future__ import annotations

from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, PrimaryKeyConstraint

from .steps import flat


def key_columns(key: PrimaryKeyConstraint) -> list[Column[Any]]:
    """The columns in the order that CREATE TABLE says."""
    return key.columns_autoinc_first if key._implicit_generated else list(key.columns)


def say_key_order(upgrade: ops.UpgradeOps) -> None:
    """Have new tables say it."""
    for operation in flat(upgrade):
        if isinstance(operation, ops.CreateTableOp):
            operation.columns = [_in_order(item) for item in operation.columns]


def _in_order(item: Any) -> Any:
    if not isinstance(item, PrimaryKeyConstraint):
        return item
    keys = [column.key for column in key_columns(item)]
    if keys == [column.key for column in item.columns]:
        return item
    name: Any = item.name
    return PrimaryKeyConstraint(*keys, name=name, comment=item.comment, **item.dialect_kwargs)
