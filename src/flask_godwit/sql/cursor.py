"""The words of a statement, taken one after the other."""

from __future__ import annotations

from .words import Word


class Cursor:
    """A place in the words of a statement."""

    def __init__(self, sql: str, words: tuple[Word, ...]) -> None:
        self.sql = sql
        self.words = words
        self.at = 0

    @property
    def left(self) -> bool:
        """Whether words are left."""
        return self.at < len(self.words)

    def peek(self, ahead: int = 0) -> str:
        """The next word in capitals, "" if it is quoted or there is none."""
        place = self.at + ahead
        return self.words[place].plain if place < len(self.words) else ""

    def take(self, *phrase: str) -> bool:
        """Step over these words if they are the next."""
        if any(self.peek(number) != word for number, word in enumerate(phrase)):
            return False
        self.at += len(phrase)
        return True

    def take_any(self, *phrases: str) -> str:
        """Step over the first of some phrases that comes next, and say which."""
        return next((phrase for phrase in phrases if self.take(*phrase.split())), "")

    def text(self) -> str:
        """The next word as it is, without its quotes."""
        word = self.words[self.at] if self.left else None
        self.at += 1
        return word.text if word else ""

    def name(self) -> str:
        """A name that may have a schema before it."""
        parts = [self.text()]
        while self.take("."):
            parts.append(self.text())
        return ".".join(parts)

    def group(self) -> str:
        """What stands in the parentheses that come next, "" where there are none."""
        if self.peek() != "(":
            return ""
        first = self.at
        self._over_group()
        return self._between(first + 1, self.at - 1)

    def names(self) -> tuple[str, ...]:
        """The names in parentheses that come next; of an expression its text."""
        if self.peek() != "(":
            return ()
        first = self.at + 1
        self._over_group()
        parts = Cursor(self.sql, self.words[first : self.at - 1]).split()
        return tuple(_column(part) for part in parts)

    def split(self, sign: str = ",") -> list[Cursor]:
        """What is left, cut at the signs that stand in no parentheses."""
        parts: list[Cursor] = []
        first = self.at
        while self.left:
            if self.peek() == sign:
                parts.append(Cursor(self.sql, self.words[first : self.at]))
                first = self.at + 1
            self._over_one()
        parts.append(Cursor(self.sql, self.words[first:]))
        return [part for part in parts if part.words]

    def until(self, *stops: str) -> str:
        """The text up to the next of these words that stands in no parentheses."""
        first = self.at
        while self.left and self.peek() not in stops:
            self._over_one()
        return self._between(first, self.at)

    def seek(self, *phrase: str) -> bool:
        """Go behind the next place where this phrase stands in no parentheses."""
        while self.left:
            if self.take(*phrase):
                return True
            self._over_one()
        return False

    def has(self, *phrase: str) -> bool:
        """Whether this phrase stands in what is left, in no parentheses."""
        return Cursor(self.sql, self.words[self.at :]).seek(*phrase)

    def _over_one(self) -> None:
        if self.peek() == "(":
            self._over_group()
        else:
            self.at += 1

    def _over_group(self) -> None:
        depth = 0
        while self.left:
            depth += {"(": 1, ")": -1}.get(self.peek(), 0)
            self.at += 1
            if not depth:
                return

    def _between(self, first: int, last: int) -> str:
        if first >= last:
            return ""
        return self.sql[self.words[first].start : self.words[last - 1].end]


def _column(part: Cursor) -> str:
    """A column of an index or key: its name without direction and length."""
    is_name = part.peek(1) in ("", "ASC", "DESC", "COLLATE", "NULLS") or part.peek(1).endswith(
        "_OPS"
    )
    is_prefix = part.peek(1) == "(" and len(part.words) >= 4 and part.words[2].text.isdigit()
    if part.peek() != "(" and (is_name or is_prefix or len(part.words) == 1):
        return part.text()
    return f"({part.until()})"
