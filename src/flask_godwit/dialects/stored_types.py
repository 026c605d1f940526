"""A type of the models as a database has it: without what an application puts around it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, TypeDecorator, types


def stored_as(kind: Any, dialect: Dialect) -> Any:
    """The type of the values that are stored, an instance of a type of SQLAlchemy's own."""
    found = types.to_instance(kind).dialect_impl(dialect)
    while isinstance(found, TypeDecorator):
        found = found.impl_instance.dialect_impl(dialect)
    return found
