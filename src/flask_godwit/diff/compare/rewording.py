"""What PostgreSQL would say in other words once a column that it reads has another type."""

from __future__ import annotations

from collections.abc import Callable

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from .computed import retypes
from .sides import sides_of
from .text import names_in


def rewords(context: AutogenContext, modify: ops.ModifyTableOps) -> Callable[[str], bool]:
    """Whether that is so of an expression, which is made anew then: its words would not be ours."""
    if sides_of(context).database.retypes_what_is_read:
        return lambda _text: False
    retyped = {op.column_name for op in modify.ops if retypes(op)}
    return lambda text: " IN (" in text and bool(names_in(text) & retyped)
