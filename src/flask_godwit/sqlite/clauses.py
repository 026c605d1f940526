"""The clauses of columns and tables, such as NOT NULL or FOREIGN KEY, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..frozen import frozen
from .tokens import Token, between, mentions, names_between, same_name

TABLE_CLAUSES = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")
COLUMN_CLAUSES = (
    *("CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK"),
    *("DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"),
)
CONSTRAINTS = {"PRIMARY": "primary", "UNIQUE": "unique", "CHECK": "check"}
FOREIGN_KEY = {"FOREIGN": "foreignkey", "REFERENCES": "foreignkey"}


@frozen
class Clause:
    """One clause: its tokens, those of ``CONSTRAINT name`` included."""

    word: str
    name: str
    tokens: tuple[Token, ...]
    """Of the clause itself, without its name."""
    start: int
    end: int
    own: tuple[str, ...] = ()
    """The column that a clause stands in; none for a clause of the table."""

    @property
    def kind(self) -> str:
        """``primary``, ``unique``, ``check``, ``foreignkey``; "" for what is no constraint."""
        return CONSTRAINTS.get(self.word) or FOREIGN_KEY.get(self.word, "")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a key, in its order."""
        if self.own:
            return self.own
        opening = next((i for i, token in enumerate(self.tokens) if token.text == "("), None)
        return () if opening is None else names_between(self.tokens, opening)

    @property
    def referred(self) -> tuple[str, tuple[str, ...]]:
        """The table and columns that a foreign key refers to; no columns: the primary key."""
        words = [token.keyword for token in self.tokens]
        at = words.index("REFERENCES")
        table = self.tokens[at + 1].name
        rest = self.tokens[at + 2 :]
        has_columns = bool(rest) and rest[0].text == "("
        return table, names_between(self.tokens, at + 2) if has_columns else ()

    @property
    def expression(self) -> tuple[Token, ...]:
        """What stands in the parentheses of a CHECK or a generated column."""
        opening = next(i for i, token in enumerate(self.tokens) if token.text == "(")
        return self.tokens[opening + 1 : between(self.tokens, opening)]

    @property
    def on_conflict(self) -> str:
        """What happens to a row that a key or NOT NULL refuses; "" where that goes unsaid."""
        words = [token.keyword for token in self.tokens]
        return words[words.index("CONFLICT") + 1] if "CONFLICT" in words else ""

    def concerns(self, column: str) -> bool:
        """Whether the clause names a column of its table."""
        if self.word in ("CHECK", "GENERATED", "AS"):
            return mentions(self.expression, column)
        return not self.own and any(same_name(name, column) for name in self.columns)


def with_conflict(text: str, clause: Clause, said: str) -> str:
    """The text that a clause is a part of, where the clause says ON CONFLICT; "" takes it away."""
    words = [token.keyword for token in clause.tokens]
    place = rest = clause.end
    if "CONFLICT" in words:
        at = words.index("CONFLICT")
        place, rest = clause.tokens[at - 2].end, clause.tokens[at + 1].end
    elif words[-1] == "AUTOINCREMENT":
        place = rest = clause.tokens[-2].end
    return text[:place] + (f" ON CONFLICT {said}" if said else "") + text[rest:]


def clauses_of(
    tokens: Sequence[Token], words: Sequence[str], own: tuple[str, ...] = ()
) -> list[Clause]:
    """Cut tokens into clauses, each of which begins with one of the words."""
    starts = [i for i in range(len(tokens)) if _begins(tokens, i, words)]
    pieces = [tokens[start:end] for start, end in pairwise([*starts, len(tokens)])]
    return [_clause(piece, own) for piece in _joined(pieces)]


def _begins(tokens: Sequence[Token], index: int, words: Sequence[str]) -> bool:
    """Whether a clause begins here: not the NULL of SET NULL, nor the value of DEFAULT NULL."""
    token = tokens[index]
    before = tokens[index - 1].keyword if index else ""
    after = tokens[index + 1].keyword if index + 1 < len(tokens) else ""
    if token.keyword not in words or token.depth != tokens[0].depth:
        return False
    if before in ("SET", "CONSTRAINT", "COLLATE", "REFERENCES", "MATCH"):
        return False
    if before == "DEFAULT" and (index < 2 or tokens[index - 2].keyword != "SET"):
        return False
    if token.keyword == "NOT":
        return after == "NULL"
    if token.keyword == "NULL":
        return before != "NOT"
    return not (token.keyword == "AS" and before == "ALWAYS")


def _joined(pieces: Sequence[Sequence[Token]]) -> list[Sequence[Token]]:
    """``CONSTRAINT name`` and the clause that it names, as one."""
    joined: list[Sequence[Token]] = []
    for piece in pieces:
        if joined and joined[-1][0].keyword == "CONSTRAINT" and len(joined[-1]) == 2:
            joined[-1] = [*joined[-1], *piece]
        else:
            joined.append(piece)
    return joined


def _clause(tokens: Sequence[Token], own: tuple[str, ...]) -> Clause:
    named = tokens[0].keyword == "CONSTRAINT"
    body = tuple(tokens[2:] if named else tokens)
    word = body[0].keyword if body else "CONSTRAINT"
    name = tokens[1].name if named else ""
    return Clause(word, name, body, tokens[0].start, tokens[-1].end, own)
