"""Expressions that are made anew around a change of the columns that they read."""

from __future__ import annotations

from collections.abc import Callable

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ..steps import flat
from .computed import retypes
from .sides import sides_of
from .text import names_in


def rewords(context: AutogenContext, modify: ops.ModifyTableOps) -> Callable[[str], bool]:
    """Whether that is so of an expression.

    One that reads a column that is dropped and added again would be dropped with it, or be in its
    way. And PostgreSQL would say it in other words once a column has another type.
    """
    exchanged, retyped = exchanged_in(modify), reworded_in(context, modify)

    def is_made_anew(text: str) -> bool:
        names = names_in(text)
        return bool(names & exchanged or (" IN (" in text and names & retyped))

    return is_made_anew if exchanged or retyped else lambda _text: False


def reworded_in(context: AutogenContext, modify: ops.ModifyTableOps) -> set[str]:
    """The columns whose type changes, where a server says other words then of what reads them."""
    if sides_of(context).database.retypes_what_is_read:
        return set()
    return {op.column_name for op in modify.ops if retypes(op)}


def exchanged_in(modify: ops.ModifyTableOps) -> set[str]:
    """The columns that are dropped and added again."""
    operations = list(flat(modify))
    dropped = {op.column_name for op in operations if isinstance(op, ops.DropColumnOp)}
    return dropped & {op.column.name for op in operations if isinstance(op, ops.AddColumnOp)}
