"""A statement with its values written into it, as a person reads it."""

from __future__ import annotations

import re
from typing import Any

_PLACES = {
    "pyformat": re.compile(r"%\((?P<name>\w+)\)s|%%"),
    "format": re.compile(r"%s|%%"),
    "qmark": re.compile(r"\?"),
    "named": re.compile(r":(?P<name>\w+)"),
}


def written_out(statement: str, parameters: Any, context: Any) -> str:
    """The statement with literals in the place of its parameters.

    :param parameters: what the driver would be given, None when nothing is to be replaced.
    :param context: SQLAlchemy's execution context.
    """
    places = _PLACES.get(context.dialect.paramstyle)
    if parameters is None or places is None:
        return statement
    if isinstance(parameters, list):  # of executemany
        parameters = parameters[0] if parameters else ()
    write = _Writer(parameters, context)
    if context.dialect.paramstyle in ("qmark", "named") and not parameters:
        return statement
    return places.sub(write, statement)


class _Writer:
    """Gives one literal after the other."""

    def __init__(self, parameters: Any, context: Any) -> None:
        self.parameters = parameters
        self.values = iter(() if isinstance(parameters, dict) else parameters)
        self.dialect = context.dialect

    def __call__(self, place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        name = place.groupdict().get("name")
        if isinstance(self.parameters, dict):
            return self._literal(self.parameters[name]) if name in self.parameters else place[0]
        return self._literal(next(self.values, None))

    def _literal(self, value: Any) -> str:
        from sqlalchemy import literal, null

        if value is None:
            return str(null())
        try:
            text = str(literal(value).compile(dialect=self.dialect, compile_kwargs=_INLINE))
        except Exception:  # a driver's own type, which SQLAlchemy can't write
            return f"'{value}'"
        # SQLAlchemy doubles what the driver would make one again.
        return (
            text.replace("%%", "%") if self.dialect.paramstyle in ("format", "pyformat") else text
        )


_INLINE = {"literal_binds": True}
