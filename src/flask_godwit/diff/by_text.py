"""Numbers and the values of an ENUM or SET: where one becomes the other, it does so as a text.

MySQL and MariaDB would take the position of a value for the number, or the number for a position.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect, Enum, String, types
from sqlalchemy.dialects.mysql import BIT, SET, YEAR

from .names import said
from .steps import Comment, Quiet, Redefined

_NUMBERS = (types.Integer, types.Numeric, types.Float, types.Boolean, BIT, YEAR)
_ROOM = 80
"""How long a number may be as a text: a DECIMAL has up to 65 digits."""


def convert_by_text(operations: ops.OpContainer, dialect: Dialect) -> None:
    """Have each change of type between them go through a VARCHAR."""
    for table in operations.ops:
        if isinstance(table, ops.ModifyTableOps):
            table.ops = [new for step in table.ops for new in _around(step, dialect)]


def _around(step: ops.MigrateOperation, dialect: Dialect) -> Iterator[ops.MigrateOperation]:
    if isinstance(step, ops.AlterColumnOp) and not _is_computed(step):
        room = _room(step.existing_type, step.modify_type, dialect)
        if room:
            place = said((step.schema, step.table_name), step.column_name)
            yield Comment(f"{place}: as a text in between, or positions would be taken for values.")
            yield _to_text(step, room)
    yield step


def _is_computed(step: ops.AlterColumnOp) -> bool:
    """Whether its values are not kept anyway."""
    return isinstance(step, Redefined) and bool(step.computed or step.old_computed)


def _room(old: Any, new: Any, dialect: Dialect) -> int:
    """How long the text is in between; 0 where none is needed."""
    if old is None or new is None:
        return 0
    before, after = old.dialect_impl(dialect), new.dialect_impl(dialect)
    if _is_choice(before) and isinstance(after, _NUMBERS):
        return max(_longest(before), 1)
    return _ROOM if isinstance(before, _NUMBERS) and _is_choice(after) else 0


def _is_choice(kind: Any) -> bool:
    """Whether the server keeps positions of it."""
    return isinstance(kind, SET) or (isinstance(kind, Enum) and kind.native_enum)


def _longest(kind: Any) -> int:
    if isinstance(kind, Enum):
        return max(map(len, kind.enums), default=0)
    return len(",".join(kind.values))


def _to_text(step: ops.AlterColumnOp, room: int) -> Quiet:
    wider = Quiet.of(step)
    wider.modify_type = String(room)
    wider.modify_nullable = None
    wider.modify_server_default = wider.modify_comment = False
    return wider
