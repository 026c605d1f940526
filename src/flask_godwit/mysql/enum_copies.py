"""``mysql.ENUM`` keeps its character set and collation when it is copied.

SQLAlchemy leaves them behind, and every table that Alembic makes, and every one that models are
compared with, is a copy.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects.mysql import ENUM

_KEPT = ("charset", "collation", "ascii", "unicode", "binary", "national")


def keep_charsets() -> None:
    """Have copies keep them from now on."""
    if "copy" not in vars(ENUM):
        ENUM.copy = _copy  # type: ignore[method-assign]


def _copy(self: Any, **options: Any) -> Any:
    copied = types.Enum.copy(self, **options)  # type: ignore[no-untyped-call]
    for name in _KEPT:
        setattr(copied, name, getattr(self, name))
    return copied
