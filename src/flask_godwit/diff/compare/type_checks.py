"""CHECKs that come with a type: ``Boolean(create_constraint=True)``, enumerations that are texts.

Alembic adds such a CHECK with its column, and takes none away. Here each is an operation of its
own, that has a way back; so the type in the script must bring none.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

from alembic.operations import ops
from sqlalchemy import Boolean, Enum
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import immutabledict


def without_checks(operations: Iterable[ops.MigrateOperation]) -> None:
    """Have no column that is added or altered bring a CHECK with its type."""
    for operation in operations:
        if isinstance(operation, ops.AddColumnOp) and brings_check(operation.column.type):
            column = operation.column._copy()
            column.type = _bare(operation.column.type)
            operation.column = column
        elif isinstance(operation, ops.AlterColumnOp) and brings_check(operation.modify_type):
            operation.modify_type = _bare(operation.modify_type)


def brings_check(type_: Any) -> bool:
    """Whether a table with a column of this type has a CHECK for it, on some database."""
    if type_ is None:
        return False
    plain = type_.impl if isinstance(type_, TypeDecorator) else type_
    by_itself = isinstance(plain, Boolean | Enum) and bool(plain.create_constraint)
    return by_itself or any(map(brings_check, type_._variant_mapping.values()))


def _bare(type_: Any) -> Any:
    bare = copy(type_)
    variants = {name: _bare(variant) for name, variant in type_._variant_mapping.items()}
    bare._variant_mapping = immutabledict(variants)
    if isinstance(type_, TypeDecorator):
        bare.impl = _bare(type_.impl)
    elif isinstance(type_, Boolean | Enum):
        bare.create_constraint = False
    return bare
