"""Variants of an ``Enum`` or ``Boolean``, which SQLAlchemy loses when it copies a column.

Alembic writes a new table from a copy of it, and a twin of a table is one: both would have the type
of all other databases.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from sqlalchemy.types import Boolean, SchemaType

_MARK = "_godwit_keeps_variants"


def keep_variants() -> None:
    """Have every copy of such a type keep them, from now on."""
    for kind in (SchemaType, Boolean):
        plain: Any = kind.copy
        if not hasattr(plain, _MARK):
            kept = _keeping(plain)
            setattr(kept, _MARK, True)
            kind.copy = kept  # type: ignore[method-assign]


def _keeping(plain: Any) -> Any:
    @wraps(plain)
    def copy(self: Any, **options: Any) -> Any:
        made = plain(self, **options)
        made._variant_mapping = made._variant_mapping.union(self._variant_mapping)
        return made

    return copy
