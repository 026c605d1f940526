"""SQL texts that obviously say the same, without asking a server."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Dialect, TextClause, text

from ...dialects.written import undoubled as undoubled

_TOKEN = re.compile(
    r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|::|\w+|\s+|.", re.DOTALL
)
_CAST = re.compile(
    r"""::(?:"(?:[^"]|"")*"|\w+)(?:\.(?:"(?:[^"]|"")*"|\w+))?"""
    r"""(?:\s(?:varying|precision|with(?:out)?\stime\szone))*(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])*"""
)
_CALLS = re.compile(r"""(?:"((?:[^"]|"")+)"|\b(\w+))\(""")
_PLACE = re.compile(r"""::(?:"(?:[^"]|"")*"|\w+)\.(?=["\w])""")
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?![:\w])")
_LITERAL = re.compile(r"'(?:[^']|'')*'", re.DOTALL)
_NUMBER = re.compile(r"^'(-?\d+(?:\.\d+)?)'$")


def alike(one: str | None, other: str | None) -> bool:
    """Whether two expressions differ in nothing but spelling."""
    if one is None or other is None:
        return one is other
    return one == other or plain(one) == plain(other)


def in_same_words(one: str, other: str) -> bool:
    """Whether two definitions are the same, wherever the types are that they cast to: those of a
    table that is made for a moment are beside it.
    """
    return one == other or _PLACE.sub("::", one) == _PLACE.sub("::", other)


def plain(text: str) -> str:
    """An expression without what a server adds: casts of literals, quotes, parentheses around."""
    bare = _unwrapped(" ".join(_CAST.sub("", text).split()))
    tokens = [_token(token) for token in _TOKEN.findall(bare)]
    joined = "".join(token for token in tokens if not token.isspace())
    number = _NUMBER.match(joined)
    return number[1] if number else joined


def _token(token: str) -> str:
    if token[0] == "'":
        return token
    if token[0] in '"`' and len(token) > 2:
        return token[1:-1].lower() if token[1:-1].islower() else token
    return token.lower()


def _unwrapped(text: str) -> str:
    """``((a + b))`` without its parentheses; ``(a) + (b)`` keeps them."""
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def stands_alone(text: str) -> bool:
    """Whether an expression is one literal, or in parentheses as a whole."""
    if text.startswith("("):
        return _closes_at_end(text)
    return _LITERAL.fullmatch(text) is not None


def _closes_at_end(text: str) -> bool:
    depth = 0
    place = 0
    for token in _TOKEN.findall(text):
        place += len(token)
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return place == len(text)
    return False


def names_in(text: str) -> set[str]:
    """Every word of an expression that may be a column's name."""
    return {token.strip('"`') for token in _TOKEN.findall(text) if token[0] != "'"}


def casts_in(text: str) -> set[str]:
    """The types that an expression casts to, without their schemas."""
    found = _CAST.findall(_LITERAL.sub("", text))
    return {_PLACE.sub("::", cast)[2:].removesuffix("[]").strip('"') for cast in found}


def calls_in(text: str) -> set[str]:
    """The functions that an expression calls, without their schemas."""
    found = _CALLS.findall(_LITERAL.sub("", text))
    return {quoted.replace('""', '"') or bare for quoted, bare in found}


def written(element: Any, dialect: Dialect) -> str:
    """An expression as a person would write it for a database, without a table's name."""
    options = {"literal_binds": True, "include_table": False}
    return undoubled(str(element.compile(dialect=dialect, compile_kwargs=options)), dialect)


def literally(sql: str) -> TextClause:
    """SQL as an expression; ``:name`` in it is no parameter."""
    return text(sql.replace(":", "\\:"))


def said_in(clause: Any) -> str | None:
    """The SQL of a ``text("…")``, without what keeps a word behind a colon from being a parameter;
    None of something else.
    """
    return clause.text.replace("\\:", ":") if isinstance(clause, TextClause) else None


def escaped(sql: str) -> str:
    """SQL as it is written in ``text("…")``: a word behind a colon is no parameter."""
    return _PARAMETER.sub(r"\\:\1", sql)
