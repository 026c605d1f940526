"""What a script makes first of all, and drops at the very end: types that others are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from alembic.operations import ops

from .steps import Sql

_TYPES = ("CREATE TYPE ", "DROP TYPE ")
_ALL = (*_TYPES, "CREATE SCHEMA ", "DROP SCHEMA ", "CREATE DOMAIN ", "DROP DOMAIN ")


def around(
    operations: Sequence[ops.MigrateOperation],
    first: Iterable[ops.MigrateOperation],
    last: Iterable[ops.MigrateOperation],
    is_inside: Callable[[str], bool] = lambda statement: not statement.startswith(_TYPES),
) -> list[ops.MigrateOperation]:
    """The operations with others before and after them, but for types at the beginning and end.

    :param is_inside: whether a statement about a type stands between those others.
    """
    begin = made_first(operations, is_inside)
    rest = operations[begin:]
    end = len(rest) - _leading(rest[::-1], is_inside)
    return [*operations[:begin], *first, *rest[:end], *last, *rest[end:]]


def made_first(
    operations: Sequence[ops.MigrateOperation],
    is_inside: Callable[[str], bool] = lambda statement: False,
) -> int:
    """How many operations at the beginning make types and schemas."""
    return _leading(operations, is_inside)


def _leading(operations: Sequence[ops.MigrateOperation], is_inside: Callable[[str], bool]) -> int:
    for number, op in enumerate(operations):
        if not isinstance(op, Sql) or not op.statement.startswith(_ALL):
            return number
        if is_inside(f"{op.statement}\n{op.down}"):  # only what makes a domain says its CHECK
            return number
    return len(operations)
