"""The tokens of SQLite's SQL, each with its place in the text.

What a rebuilt table keeps stays as it was written, byte for byte. So the text is never parsed
into a tree and printed again; its tokens say where to cut and where to insert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase

from ..frozen import frozen

# The words are said by what is no part of one: all that is beyond ASCII is, and a range up to
# the last character takes five milliseconds to compile.
_TOKEN = re.compile(
    r"""
      (?P<space>   [\ \t\r\n\f]+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<blob>    [xX]'[0-9A-Fa-f]*' )
    | (?P<string>  '(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
    | (?P<number>  0[xX][0-9A-Fa-f]+ | (?:\d[\d_]*\.?[\d_]* | \.\d[\d_]*)(?:[eE][+-]?\d+)? )
    | (?P<word>    [^\x00-@\[-^`{-\x7f] [^\x00-\#%-/:-@\[-^`{-\x7f]* )
    | (?P<sign>    \|\| | <= | >= | <> | != | == | << | >> | ->>? | [-+*/%&|~<>=(),.;?@:#$] )
    """,
    re.VERBOSE | re.DOTALL,
)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_QUOTES = {'"': '"', "`": "`", "[": "]", "'": "'"}
_OPERATORS = (
    *("AND", "OR", "NOT", "NULL", "IN", "IS", "ISNULL", "NOTNULL", "BETWEEN", "ESCAPE", "EXISTS"),
    *("CASE", "WHEN", "THEN", "ELSE", "COLLATE", "DISTINCT", "SELECT", "FROM", "WHERE"),
)
"""Words of an expression that name a column in quotes only."""


TEMPORARY = "_alembic_tmp_"
"""How the name of a new table begins; that of Alembic, which our guards look for."""
SWITCH_OFF = "PRAGMA foreign_keys = OFF"


class NotUnderstood(Exception):
    """A text that this module can't read; the table is then changed by reflection."""


@frozen
class Token:
    """A token and where it stands. ``depth`` counts the parentheses around it."""

    kind: str
    text: str
    start: int
    depth: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def keyword(self) -> str:
        """The word in capitals; "" of what is quoted or no word, and so no keyword."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def is_name(self) -> bool:
        """Whether it may name something: SQLite takes strings for names too."""
        return self.kind in ("word", "quoted", "string")

    @property
    def name(self) -> str:
        """The name that it spells."""
        return unquoted(self.text) if self.is_name else ""


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text without its white space and comments.

    :raises NotUnderstood: this is not SQLite's SQL.
    """
    return tuple(token for token in all_tokens(text) if token.kind != "space")


def all_tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, those that mean nothing included."""
    place = depth = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if not found:
            raise NotUnderstood(f"Not understood: {text[place : place + 30]!r}")
        closing = found[0] == ")"
        depth -= closing
        yield Token(found.lastgroup or "", found[0], place, depth)
        depth += found[0] == "("
        place = found.end()


def trimmed(text: str) -> str:
    """A text without white space at its end, but for the line break that ends a comment."""
    last = [token.text for token in all_tokens(text) if not token.text.isspace()][-1:]
    return text.rstrip() + ("\n" if last and last[0].startswith("--") else "")


def unquoted(text: str) -> str:
    """A name without its quotes."""
    closing = _QUOTES.get(text[:1])
    return text[1:-1].replace(closing * 2, closing) if closing else text


def quoted(name: str) -> str:
    """A name as it can always be written."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def temporary_name(table: str) -> str:
    """What a new table is called until it takes the place of the old one."""
    return (TEMPORARY + table)[:50]


def literal(text: str | None) -> str:
    """A string as it is written in SQL."""
    if text is None:
        return "NULL"
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def same_name(one: str, other: str) -> bool:
    """Whether SQLite takes two names for the same."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    """A name as SQLite compares it: the case of ASCII letters means nothing."""
    return name.translate(_SMALL)


def normal(text: str) -> str:
    """An SQL text without what means nothing, to compare two of them."""
    return " ".join(_plain(token) for token in tokens_of(text))


def _plain(token: Token) -> str:
    if token.kind == "quoted":
        return quoted(folded(token.name))
    if token.kind == "word":
        return quoted(folded(token.text))
    return token.text


def mentions(tokens: Sequence[Token], name: str) -> bool:
    """Whether a column's name occurs in an expression. A function of that name is none."""
    return any(
        token.kind in ("word", "quoted")
        and same_name(token.name, name)
        and not is_syntax(tokens, number)
        for number, token in enumerate(tokens)
    )


def is_syntax(tokens: Sequence[Token], number: int) -> bool:
    """Whether a word is one of SQL's, or a function's, and can't be a column of that name."""
    token = tokens[number]
    if token.kind != "word":
        return False
    before = tokens[number - 1].keyword if number else ""
    after = tokens[number + 1].text if number + 1 < len(tokens) else ""
    if token.keyword == "END":
        return any(other.keyword == "CASE" for other in tokens[:number])
    return token.keyword in _OPERATORS or before == "COLLATE" or after == "("


def between(tokens: Sequence[Token], opening: int) -> int:
    """The index of the parenthesis that closes the one at ``opening``."""
    depth = tokens[opening].depth
    for index in range(opening + 1, len(tokens)):
        if tokens[index].text == ")" and tokens[index].depth == depth:
            return index
    raise NotUnderstood("A parenthesis is never closed.")


def names_between(tokens: Sequence[Token], opening: int) -> tuple[str, ...]:
    """The first name of each part of a list in parentheses: the columns of a key."""
    closing = between(tokens, opening)
    inner = tokens[opening].depth + 1
    return tuple(
        token.name
        for before, token in pairwise(tokens[opening:closing])
        if token.depth == inner and (before is tokens[opening] or before.text == ",")
    )


def in_schema(sql: str, type_: str, schema: str) -> str:
    """The statement that makes a table, index, view or trigger, with the name of its database."""
    tokens = tokens_of(sql)
    words = [token.keyword for token in tokens]
    at = tokens[words.index(type_.upper()) + 1].start
    return f"{sql[:at]}{quoted(schema)}.{sql[at:]}"
