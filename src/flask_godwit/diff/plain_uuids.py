"""UUIDs without dashes that become texts: the type in the database does not say what they are.

Where a database has no UUIDs, or they are not wanted, SQLAlchemy makes ``CHAR(32)`` of them. An
application that has them as ``String(36)`` from now on will look for them with dashes, as other
databases would write them.
"""

from __future__ import annotations

from typing import Any

from alembic.operations import ops
from sqlalchemy import CHAR, Dialect, String, Uuid, func, not_

from ..dialects.stored_types import written_as
from .names import Key
from .rows import Rows

_PLAIN, _DASHED = 32, 36


def as_uuids(
    dialect: Dialect, rows: Rows, operation: ops.AlterColumnOp, *, is_upgrade: bool
) -> bool:
    """Have an operation say that a column had UUIDs, or has them again; whether it does now.

    Rows that are there must look like that.
    """
    old, new = (
        written_as(kind, dialect) for kind in (operation.existing_type, operation.modify_type)
    )
    if is_upgrade and _is_plain(old) and _is_dashed(new):
        key: Key = (operation.schema, operation.table_name)
        if rows.any(key) and rows.example(key, operation.column_name, _is_other) is not None:
            return False
        operation.existing_type = Uuid(native_uuid=False)
        return True
    if not is_upgrade and _is_dashed(old) and _is_plain(new):
        operation.modify_type = Uuid(native_uuid=False)
        return True
    return False


def _is_plain(kind: Any) -> bool:
    return isinstance(kind, CHAR) and kind.length == _PLAIN


def _is_dashed(kind: Any) -> bool:
    return isinstance(kind, String) and kind.length == _DASHED


def _is_other(column: Any) -> Any:
    """Whether a value is no UUID without dashes."""
    rest = func.lower(column)
    for digit in "0123456789abcdef":
        rest = func.replace(rest, digit, "")
    return not_((func.length(column) == _PLAIN) & (rest == ""))
