"""The words of a statement, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word, a quoted name, a literal or a sign; ``plain`` is it in capitals, "" if quoted."""

    text: str
    plain: str
    start: int
    end: int


def words_of(sql: str, dialect: str) -> tuple[Word, ...] | None:
    """The words of a text; None where it can't be read.

    :param dialect: ``sqlite``, ``postgresql``, ``mysql`` or ``mariadb``.
    """
    # Each is loaded where it is used: sqlglot is a seventh of what a small command takes.
    if dialect == "sqlite":
        return _words_of_sqlite(sql)
    from .server_words import words_of_server

    return words_of_server(sql, dialect)


def _words_of_sqlite(sql: str) -> tuple[Word, ...] | None:
    from ..sqlite.tokens import NotUnderstood, tokens_of, unquoted

    try:
        tokens = tokens_of(sql)
    except NotUnderstood:
        return None
    quoted = ("quoted", "string")
    return tuple(
        Word(unquoted(token.text), "", token.start, token.end)
        if token.kind in quoted
        else Word(token.text, token.text.upper(), token.start, token.end)
        for token in tokens
    )
