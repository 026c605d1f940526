"""Stands in the road of every operation, and carries out the safe form of those that have one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.operations import BatchOperations
from alembic.operations.base import AbstractOperations
from alembic.runtime.migration import MigrationContext

from ..assurance import assurances
from ..dialects import name_of
from ..surroundings import surroundings_of
from .blocks import block_of, open_blocks
from .road import Road, Tell


@contextmanager
def online(context: MigrationContext, tell: Tell) -> Iterator[None]:
    """While this lasts, operations on large tables take their safe form. Process-wide, as
    Alembic is.
    """
    kind = road_for(context)
    if kind is None or not surroundings_of(context).commits:
        yield
        return
    with carried_out_by(kind(context, tell)):
        yield


def road_for(context: MigrationContext) -> type[Road] | None:
    """How operations are carried out on a database; None where as the script says."""
    wanted = surroundings_of(context).settings.online
    return _road_of(name_of(context.dialect)) if wanted else None


def _road_of(dialect: str) -> type[Road] | None:
    """Imported where it is gone: a database has no use for the ways of another one."""
    if dialect == "postgresql":
        from .outside import Outside

        return Outside
    if dialect in ("mysql", "mariadb"):
        from .asserted import Asserted

        return Asserted
    return None


@contextmanager
def carried_out_by(road: Road) -> Iterator[None]:
    """Let every operation go this way."""
    original = AbstractOperations.invoke

    def invoke(operations: Any, operation: Any) -> Any:
        if operations.migration_context is not road.context:
            return original(operations, operation)
        vouched = bool(assurances())
        block = None if vouched else block_of(operations)
        if block is not None and block.keep(operation, invoke):
            return None
        road.note(operation)
        if vouched or isinstance(operations, BatchOperations):
            return original(operations, operation)
        return road.go(operations, operation, original)

    AbstractOperations.invoke = invoke  # type: ignore[assignment, method-assign]
    try:
        with open_blocks():
            yield
    finally:
        AbstractOperations.invoke = original  # type: ignore[method-assign]
