"""The column whose NULLs an UPDATE gives a value: ``SET a = 'x' WHERE a IS NULL``."""

from __future__ import annotations

import re

from .cursor import Cursor

_LITERAL = r"(?:[BEX]?'(?:[^']|'')*'|[-+]?[\d.]+|TRUE|FALSE|CURRENT_\w+|NOW\(\))"
_TYPED = rf"{_LITERAL}(?:::[\w\s.\"\[\]()]+)?"
_VALUE = re.compile(
    rf"\(?(?:{_TYPED}|CAST\({_TYPED} AS [^()]+(?:\([\d, ]+\))?\))\)?", re.IGNORECASE
)


def filled(update: Cursor) -> tuple[str, ...]:
    """Its name, if none of its values can be NULL afterwards.

    :param update: behind the name of the table.
    """
    if not update.take("SET"):
        return ()
    column = update.text()
    if not update.take("="):
        return ()
    value = update.until(",", "WHERE")
    if not (_VALUE.fullmatch(value.strip()) and update.seek("WHERE")):
        return ()
    same = update.text() == column and update.take("IS", "NULL")
    return (column,) if same and not update.left else ()
