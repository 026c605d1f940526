"""Expressions in one spelling, to tell whether two of them are the same.

A name may stand in any quotes, in any case, and behind the name of its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .table_text import TableText
from .tokens import Token, folded, quoted, same_name


def spelled(expression: Sequence[Token], table: TableText, name: str) -> str:
    """An expression with the names of columns as they were made, in double quotes if in any.

    :param name: that of the table.
    """
    stored = {folded(column.name): column.name for column in table.columns}
    return " ".join(_spelled(token, stored) for token in _unqualified(expression, name))


def as_written(expression: Sequence[Token]) -> str:
    """An expression without its line breaks and comments."""
    return " ".join(token.text for token in expression)


def _spelled(token: Token, stored: Mapping[str, str]) -> str:
    if token.kind not in ("word", "quoted"):
        return token.text
    name = stored.get(folded(token.name), token.name)
    return quoted(name) if token.kind == "quoted" else name


def _unqualified(tokens: Sequence[Token], table: str) -> Iterator[Token]:
    """``t.a`` as ``a``."""
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if token.text == "." and before and _is_table(tokens, place - 1, table):
            continue
        if not _is_table(tokens, place, table):
            yield token


def _is_table(tokens: Sequence[Token], place: int, table: str) -> bool:
    """Whether a name is that of the table, for the one behind it."""
    token, around = tokens[place], [t.text for t in tokens[max(place - 1, 0) : place + 2]]
    is_first = place == 0 or around[0] != "."
    return is_first and around[-1] == "." and token.is_name and same_name(token.name, table)
