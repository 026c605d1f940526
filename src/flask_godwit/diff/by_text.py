"""Changes of type that MySQL and MariaDB make right only by a text that says the same.

Of an ENUM or SET they would take the position of a value for the number, or a number for a
position; and the words that other databases read as true and false are none to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import Boolean, Dialect, Enum, String, types
from sqlalchemy.dialects.mysql import BIT, SET, YEAR

from ..dialects.stored_types import stored_as
from .fill import ModelColumn
from .names import Key, quoted, said
from .rows import Rows
from .steps import Comment, Quiet, Redefined, Sql
from .untouched import untouched

_NUMBERS = (types.Integer, types.Numeric, types.Float, Boolean, BIT, YEAR)
_ROOM = 80
"""How long a number may be as a text: a DECIMAL has up to 65 digits."""
_TRUE = ("true", "t", "yes", "y", "on")
_FALSE = ("false", "f", "no", "n", "off")


@dataclass
class TextStage:
    """Has what changes its type in one database be a text in between."""

    dialect: Dialect
    rows: Rows
    models: ModelColumn

    def run(self, operations: ops.OpContainer) -> None:
        """Change the operations of an upgrade, or of a downgrade."""
        for table in operations.ops:
            if isinstance(table, ops.ModifyTableOps):
                table.ops = [new for step in table.ops for new in self._around(step)]

    def _around(self, step: ops.MigrateOperation) -> Iterator[ops.MigrateOperation]:
        if isinstance(step, ops.AlterColumnOp) and not _is_computed(step):
            yield from self._before(step)
        yield step

    def _before(self, step: ops.AlterColumnOp) -> Iterator[ops.MigrateOperation]:
        if step.existing_type is None or step.modify_type is None:
            return
        old = stored_as(step.existing_type, self.dialect)
        new = stored_as(step.modify_type, self.dialect)
        key: Key = (step.schema, step.table_name)
        room = _room(old, new)
        if room:
            place = said(key, step.column_name)
            yield Comment(f"{place}: as a text in between, or positions would be taken for values.")
            yield _to_text(step, room)
        if isinstance(new, Boolean) and _has_words(old):
            yield self._as_digits(key, step.column_name)

    def _as_digits(self, key: Key, name: str) -> Sql:
        """Have words be 1 and 0; anything else stays as it is."""
        table, column = quoted(self.dialect, *key), quoted(self.dialect, name)
        others = untouched(self.dialect, self.rows, self.models, key)
        return Sql(
            f"UPDATE {table} SET {column} = (LOWER({column}) IN ({_listed(_TRUE)})){others}"
            f" WHERE LOWER({column}) IN ({_listed(_TRUE + _FALSE)})"
        )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _is_computed(step: ops.AlterColumnOp) -> bool:
    """Whether its values are not kept anyway."""
    return isinstance(step, Redefined) and bool(step.computed or step.old_computed)


def _has_words(kind: Any) -> bool:
    """Whether values may be words for true and false."""
    if isinstance(kind, Enum):
        return any(label.lower() in _TRUE + _FALSE for label in kind.enums)
    return isinstance(kind, String) and not isinstance(kind, SET)


def _room(old: Any, new: Any) -> int:
    """How long the text is in between; 0 where none is needed."""
    if _is_choice(old) and isinstance(new, _NUMBERS):
        return max(_longest(old), 1)
    return _ROOM if isinstance(old, _NUMBERS) and _is_choice(new) else 0


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
