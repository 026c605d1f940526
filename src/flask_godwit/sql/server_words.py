"""The words of a server's statement. The tokenizer is sqlglot's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlglot import TokenType, tokenize
from sqlglot.errors import SqlglotError

from .words import Word

_READERS = {"postgresql": "postgres", "mariadb": "mysql"}


def words_of_server(sql: str, dialect: str) -> tuple[Word, ...] | None:
    """The words of a text; None where it can't be read."""
    try:
        return tuple(_words(sql, _READERS.get(dialect, dialect)))
    except SqlglotError:
        return None


def _words(sql: str, reader: str, shift: int = 0) -> Iterator[Word]:
    tokens: Sequence[Any] = tokenize(sql, read=reader)
    for token in tokens:
        start, end = token.start, token.end + 1
        if len(token.text) > end - start:
            # What follows a command that sqlglot does not parse, such as RENAME, as one string.
            yield from _words(token.text, reader, shift + end - len(token.text))
        else:
            yield from _parts(sql[start:end], shift + start, token)


def _parts(raw: str, start: int, token: Any) -> Iterator[Word]:
    if token.token_type in (TokenType.IDENTIFIER, TokenType.STRING):
        yield Word(token.text, "", start, start + len(raw))
        return
    # "IS NOT", "PRIMARY KEY" and the like are one token in some versions.
    at = 0
    for part in raw.split():
        at = raw.index(part, at)
        yield Word(part, part.upper(), start + at, start + at + len(part))
        at += len(part)
