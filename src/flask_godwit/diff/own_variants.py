"""A type that is another one on the database at hand: what is decided, is decided by that one.

A script still says the whole type, since it is for the other databases, too.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect, Enum

from ..dialects.stored_types import of_dialect
from .steps import flat

_DECLARED = "_godwit_declared"


def use_own_variants(operations: ops.OpContainer, dialect: Dialect) -> None:
    """Have columns that change speak of the variants that are for this database."""
    for step in flat(operations):
        if isinstance(step, ops.AlterColumnOp):
            step.existing_type = _own(step.existing_type, dialect)
            step.modify_type = _own(step.modify_type, dialect)


def declared(kind: Any) -> Any:
    """The whole type, as the models say it."""
    return getattr(kind, _DECLARED, kind)


def _own(kind: Any, dialect: Dialect) -> Any:
    found = kind if kind is None else of_dialect(kind, dialect)
    if found is kind or isinstance(found, Enum):  # which brings a type along
        return kind
    found = copy(found)  # it may be the variant of other columns
    setattr(found, _DECLARED, kind)
    return found
