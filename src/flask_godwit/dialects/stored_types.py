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


def written_as(kind: Any, dialect: Dialect) -> Any:
    """The same as it is written in SQL: the type that a driver converts values by may say less."""
    found = of_dialect(types.to_instance(kind), dialect)
    while isinstance(found, TypeDecorator) and not isinstance(found, types.Interval):
        found = of_dialect(found.load_dialect_impl(dialect), dialect)
    return stored_as(found, dialect) if isinstance(found, types.Interval) else found


def of_dialect(kind: Any, dialect: Dialect) -> Any:
    """The variant of a type that is for a database, or the type itself."""
    return kind._variant_mapping.get(dialect.name, kind)
