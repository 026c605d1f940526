"""Functions that tables need, and that are not there yet while the tables are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import DDL, Connection, MetaData
from sqlalchemy.exc import SQLAlchemyError

from ...declared import Function
from ...dialects.object_answers import FUNCTION
from ...dialects.objects import header

_Maker = Callable[..., Any]


def makers_of_functions(metadata: MetaData) -> list[_Maker]:
    """What makes the functions that models declare to be there before their tables."""
    return [one for one in metadata.dispatch.before_create if _makes_function(one)]


def _makes_function(listener: Any) -> bool:
    if isinstance(listener, DDL):
        made = header(str(listener.statement))
        return made is not None and made.kind == FUNCTION
    return isinstance(getattr(listener, "__self__", None), Function)


@contextmanager
def made_meanwhile(
    connection: Connection, metadata: MetaData, makers: list[_Maker]
) -> Iterator[None]:
    """Have those that the server takes now, until this ends."""
    savepoint = connection.begin_nested()
    try:
        for make in makers:
            with suppress(SQLAlchemyError), connection.begin_nested():
                make(metadata, connection, checkfirst=False)
        yield
    finally:
        savepoint.rollback()
