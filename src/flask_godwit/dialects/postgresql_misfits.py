"""Values that PostgreSQL finds out about when it converts them, or not at all.

That are elements of arrays, bits, and texts that are no UUIDs where they are to be stored as texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Enum,
    String,
    Text,
    Uuid,
    any_,
    cast,
    func,
    not_,
    null,
    or_,
)
from sqlalchemy.dialects.postgresql import BIT, array

from .base import Condition, Database

_UUID = "^[0-9a-f]{32}$"


def unreadable(database: Database, old: Any, new: Any) -> Iterator[Condition]:
    """Which values can't become one of the new type, element by element."""
    if isinstance(old, BIT) and isinstance(new, BIT) and (new.length or 0) < (old.length or 0):
        yield lambda column: cast(cast(column, new), old) != column
    if isinstance(old, String) and isinstance(new, Uuid) and not new.native_uuid:
        yield lambda column: func.replace(column, "-", "").op("!~*")(_UUID)
    if not (isinstance(old, ARRAY) and isinstance(new, ARRAY)):
        return
    item, texts = new.item_type, ARRAY(Text())
    whole = database.whole_numbers(item)
    if isinstance(item, Enum):
        labels = cast(array(item.enums), texts)

        def others(column: ColumnElement[Any]) -> ColumnElement[bool]:
            found = func.array_remove(cast(column, texts), null(), type_=texts)
            return not_(found.bool_op("<@")(labels))

        yield others
    elif isinstance(item, String) and item.length:
        # A cast that somebody writes cuts what is too long; that of a new type refuses it.
        short = ARRAY(String(item.length))
        yield lambda column: cast(cast(column, short), texts) != cast(column, texts)
    elif whole is not None:
        lowest, highest = whole

        def outside(column: ColumnElement[Any]) -> ColumnElement[bool]:
            return or_(highest < any_(column), lowest > any_(column))

        yield outside
