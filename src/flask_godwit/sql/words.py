"""The words of a statement, each with its place in the text."""

from __future__ import annotations

import re

from ..frozen import frozen

# Of these most statements consist that no person wrote. They are what every server, and sqlglot,
# makes the same words of: no comment, no backslash, no doubled quote, no prefix of a string.
_PLAIN = re.compile(
    r"""\s*(?:
        (?P<word> [A-Za-z_]\w* (?![\w'"`$]) | \d+(?:\.\d+)? (?![\w.$]) | [(),;]
            | \. (?=[A-Za-z_`"]) | (?:<>|<=|>=|=|<|>) (?=[\s\w('"`]) )
        | (?P<quoted> `[^`\\]+` (?!`) | "[^"\\]+" (?!") | '[^'\\]*' (?!') )
    )""",
    re.ASCII | re.VERBOSE,
)


@frozen
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
    if dialect == "sqlite":
        return _words_of_sqlite(sql)
    plain = plain_words(sql) if dialect != "postgresql" or "`" not in sql else None
    if plain is not None:
        return plain
    # Loaded where it is needed: sqlglot is a seventh of what a small command takes.
    from .server_words import words_of_server

    return words_of_server(sql, dialect)


def plain_words(sql: str) -> tuple[Word, ...] | None:
    """The words of a text that no server reads differently; None of any other."""
    words, at, end = list[Word](), 0, len(sql.rstrip())
    while at < end:
        found = _PLAIN.match(sql, at)
        if found is None:
            return None
        at = found.end()
        quoted, word = found["quoted"], found["word"]
        if quoted is not None:
            words.append(Word(quoted[1:-1], "", found.start("quoted"), at))
        else:
            words.append(Word(word, word.upper(), found.start("word"), at))
    return tuple(words)


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
