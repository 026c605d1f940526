"""What is meant by a value that somebody typed for a type of the application's own.

Such a type makes something of a value before it is stored, and takes for granted what it is given:
a text that stands for what is stored may become anything.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, TypeDecorator


def meant(kind: Any, value: Any, dialect: Dialect) -> Any:
    """The type that a value is to be written with: the whole one, or what it is kept as.

    :raises ValueError: neither gives the value back.
    """
    if not isinstance(kind, TypeDecorator) or not is_read(kind):
        return kind
    if _comes_back(kind, value, dialect):
        return kind
    try:
        kept = kind.process_bind_param(kind.process_result_value(value, dialect), dialect)
    except Exception as error:  # whatever an application raises
        raise ValueError(str(value)) from error
    if kept != value:
        raise ValueError(str(value))
    return kind.load_dialect_impl(dialect)


def is_read(kind: TypeDecorator[Any]) -> bool:
    """Whether it makes something of values in both directions, so that these can be compared."""
    plain = TypeDecorator
    own = type(kind)
    return (
        own.process_bind_param is not plain.process_bind_param
        and own.process_result_value is not plain.process_result_value
    )


def _comes_back(kind: TypeDecorator[Any], value: Any, dialect: Dialect) -> bool:
    """Whether a value is read again as what it was, or as something that says the same."""
    try:
        stored = kind.process_bind_param(value, dialect)
        read = kind.process_result_value(stored, dialect)
    except Exception:  # whatever an application raises
        return False
    return bool(read == value) or str(read) == str(value)
