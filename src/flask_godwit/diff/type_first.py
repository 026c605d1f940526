"""A column that takes its values only when it has its new type: that comes before them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from alembic.operations import ops
from sqlalchemy import Enum, String, Uuid

from .computed_order import drops_of_readers
from .literals import Value
from .steps import Sql

_UUID_LENGTH = 32
"""As a text, where there is no type for it."""


def needs_new_type(value: Value, step: ops.AlterColumnOp) -> bool:
    """Whether a column takes a value only when it has its new type."""
    old, new = step.existing_type, step.modify_type
    if old is None or new is None:
        return False
    if isinstance(old, String) and isinstance(new, Uuid) and value.constant:
        # As a text it is converted with the others, which lose their dashes before the change.
        return old.length is not None and len(value.sql.strip("'")) > old.length
    if old._type_affinity is not new._type_affinity:
        return True
    if isinstance(old, Enum) and isinstance(new, Enum):
        return True  # each takes its own values, and the value is one of the new one's
    if value.text is None:
        return False
    length = _UUID_LENGTH if isinstance(old, Uuid) else getattr(old, "length", None)
    return length is not None and len(value.text) > length


def type_first(step: ops.AlterColumnOp) -> tuple[ops.AlterColumnOp, ops.AlterColumnOp]:
    """The new type, with the default that is of it, and what else an operation does: NOT NULL."""
    wider = copy(step)
    wider.modify_nullable = None
    has_default = step.modify_server_default is not False
    comment: Any = step.existing_comment if step.modify_comment is False else step.modify_comment
    rest = ops.AlterColumnOp(
        step.table_name,
        step.column_name,
        schema=step.schema,
        existing_type=step.modify_type,
        existing_nullable=step.existing_nullable,
        existing_server_default=(
            step.modify_server_default if has_default else step.existing_server_default
        ),
        existing_comment=comment,
        modify_nullable=step.modify_nullable,
        **step.kw,
    )
    return wider, rest


def before_type(steps: Sequence[ops.MigrateOperation], column: str) -> list[ops.MigrateOperation]:
    """What says the column anew with its old type, such as another character set of its table, and
    what has to be away then, as generated columns that read it.
    """
    said_anew = [step for step in steps if isinstance(step, Sql) and column in step.retyped]
    return [*said_anew, *drops_of_readers(steps, {column})]
