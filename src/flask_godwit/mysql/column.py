"""The definition of a column as SHOW CREATE TABLE says it: taken apart, changed, put together.

MODIFY takes away whatever it does not say again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..frozen import frozen

_LINE = re.compile(r"^\s*`((?:[^`]|``)+)` (.*?),?$")
# A literal may have a word before it: b'101', x'00ff', _latin1'text'.
_TOKEN = re.compile(
    r"\w*'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`|/\*.*?\*/|[(),]|[^\s(),'`]+", re.DOTALL
)
_ENDS_DEFAULT = {
    "ON", "COMMENT", "CHECK", "INVISIBLE", "AUTO_INCREMENT", "COMPRESSED", "WITHOUT", "NOT"
}  # fmt: skip
_TEXTS = re.compile(r"\s*(tiny|medium|long)?(char|varchar|text|enum|set)\b", re.IGNORECASE)
_LOBS = re.compile(r"\s*(tiny|medium|long)?(text|blob)\b|\s*(json|geometry)\b", re.IGNORECASE)
_COMPRESSIBLE = re.compile(
    r"\s*(varchar|varbinary|(tiny|medium|long)?(text|blob))\b", re.IGNORECASE
)
_COMPRESSED = re.compile(r"(/\*M?!\d+ )?COMPRESSED(?(1) ?\*/)\s*", re.IGNORECASE)
_SAYS_CHARSET = re.compile(r"\b(CHARACTER SET|CHARSET|COLLATE)\b", re.IGNORECASE)


@frozen
class ColumnText:
    """The clauses of a definition, "" where there is none."""

    type: str
    charset: str = ""
    computed: str = ""
    null: str = ""
    default: str = ""
    on_update: str = ""
    counter: str = ""
    comment: str = ""
    others: str = ""
    check: str = ""

    @property
    def whole_default(self) -> str:
        """With ON UPDATE, which SQLAlchemy has for a part of it."""
        return " ".join(filter(None, (self.default, self._on_update)))

    @property
    def generated(self) -> tuple[str, str] | None:
        """The expression, and VIRTUAL or STORED."""
        if not self.computed:
            return None
        expression, _, kind = self.computed.split(" AS ", 1)[1].rpartition(" ")
        return expression, kind

    @property
    def _on_update(self) -> str:
        return f"ON UPDATE {self.on_update}" if self.on_update else ""

    def __str__(self) -> str:
        clauses = (
            *(self.type, self.charset, self.computed, self.null),
            f"DEFAULT {self.default}" if self.default else "",
            self._on_update,
            *(self.counter, self.others, self.comment, self.check),
        )
        return " ".join(filter(None, clauses))


def column_in(created: str, name: str) -> ColumnText | None:
    """A column in what SHOW CREATE TABLE says; names are compared as the server does."""
    for line in created.split("\n")[1:]:
        found = _LINE.match(line)
        if found and found[1].replace("``", "`").lower() == name.lower():
            return parsed(found[2])
    return None


def column_on(line: str) -> ColumnText | None:
    """The column that one line of it is about."""
    found = _LINE.match(line)
    return parsed(found[2]) if found else None


def parsed(definition: str) -> ColumnText:
    """The clauses of a definition."""
    return _Reader(definition).read()


def suits_charset(type_: str) -> bool:
    """Whether a type has a character set, and does not say which."""
    return bool(_TEXTS.match(type_)) and not _SAYS_CHARSET.search(type_)


def compressed_as(others: str, type_: str) -> str:
    """What is said of a column besides, without what MariaDB says of texts and bytes only."""
    return others if _COMPRESSIBLE.match(type_) else _COMPRESSED.sub("", others).strip()


def takes_expressions_only(type_: str) -> bool:
    """Whether a default of this type must be an expression on MySQL."""
    return bool(_LOBS.match(type_))


class _Reader:
    """Reads tokens; what is in parentheses is one."""

    def __init__(self, definition: str) -> None:
        self.tokens = list(_grouped(definition))
        self.at = 0

    def read(self) -> ColumnText:
        found = {"type": self._type()}
        others: list[str] = []
        while self.at < len(self.tokens):
            clause = self._clause()
            if clause is None:
                others.append(self._take())
            else:
                name, text = clause
                found[name] = f"{found[name]} {text}" if name in found else text
        return ColumnText(**found, others=" ".join(others))

    def _type(self) -> str:
        words = [self._take()]
        while self._is("UNSIGNED", "ZEROFILL") or self._peek().startswith("("):
            words.append(self._take())
        return " ".join(words).replace(" (", "(")

    def _clause(self) -> tuple[str, str] | None:
        if self._is("CHARACTER"):
            return "charset", self._take(3)
        if self._is("COLLATE"):
            return "charset", self._take(2)
        if self._is("GENERATED"):
            return "computed", self._take(5)
        if self._is("NOT"):
            return "null", self._take(2)
        if self._is("NULL"):
            return "null", self._take()
        if self._is("DEFAULT"):
            return "default", self._default()
        if self._is("ON"):
            self._take(2)
            return "on_update", self._call()
        if self._is("AUTO_INCREMENT"):
            return "counter", self._take()
        if self._is("COMMENT"):
            return "comment", self._take(2)
        if self._is("CHECK"):
            return "check", self._take(2)
        return None

    def _default(self) -> str:
        self._take()
        text = self._call()
        while self._peek() and not (self._is(*_ENDS_DEFAULT) or self._peek().startswith("/*")):
            text += f" {self._take()}"
        return text

    def _call(self) -> str:
        """A word or literal, and what it is called with."""
        text = self._take()
        return text + self._take() if self._peek().startswith("(") else text

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _is(self, *words: str) -> bool:
        return self._peek().upper() in words

    def _take(self, count: int = 1) -> str:
        taken = self.tokens[self.at : self.at + count]
        self.at += count
        return " ".join(taken)


def _grouped(text: str) -> Iterator[str]:
    """Tokens; those from an opening parenthesis to the closing one are one, as they stand."""
    depth = start = 0
    for found in _TOKEN.finditer(text):
        if found[0] == "(":
            depth += 1
            start = found.start() if depth == 1 else start
        elif found[0] == ")":
            depth -= 1
            if not depth:
                yield text[start : found.end()]
        elif not depth:
            yield found[0]
