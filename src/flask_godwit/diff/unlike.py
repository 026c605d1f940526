"""Types whose values only the application can read: nothing else that is stored means the same.

Where a database has no intervals, SQLAlchemy keeps a moment, as far from a day of its own as the
interval is long. A date that somebody wrote is not meant like that, nor is a text a pickle.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, Dialect, Interval, LargeBinary, PickleType

from ..dialects.stored_types import stored_as


def is_unlike(old: Any, new: Any, dialect: Dialect) -> bool:
    """Whether no value of the old type can be one of the new, but NULL."""
    before, after = stored_as(old, dialect), stored_as(new, dialect)
    if isinstance(new, PickleType):
        return before._type_affinity is not LargeBinary()._type_affinity
    return (
        isinstance(new, Interval)
        and isinstance(after, DateTime)
        and not isinstance(before, DateTime)
    )
