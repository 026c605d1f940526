"""A stored CREATE TABLE, cut into its columns and constraints.

Comments and line breaks belong to the part that they stand with: a comment behind a comma, on
the same line, to the part before the comma.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ..frozen import frozen
from .clauses import TABLE_CLAUSES, Clause, clauses_of, with_conflict
from .columns import ColumnText
from .tokens import NotUnderstood, Token, all_tokens, between, same_name, tokens_of, trimmed


@frozen
class Part:
    """A column or a constraint of a table, with what stands around it."""

    lead: str
    core: str
    tail: str = ""
    """The comma, and a comment on its line."""

    @property
    def followed(self) -> Part:
        """The part with a comma, for another one to follow."""
        return self if self._comma else replace(self, tail="," + self.tail)

    @property
    def unfollowed(self) -> Part:
        """The part as the last one."""
        comma = self._comma
        if not comma:
            return self
        return replace(self, tail=(self.tail[: comma.start] + self.tail[comma.end :]).rstrip())

    @property
    def _comma(self) -> Token | None:
        return next((token for token in all_tokens(self.tail) if token.text == ","), None)

    @property
    def is_constraint(self) -> bool:
        return tokens_of(self.core)[0].keyword in TABLE_CLAUSES

    @property
    def column(self) -> ColumnText:
        return ColumnText(self.core)

    @property
    def constraint(self) -> Clause:
        return clauses_of(tokens_of(self.core), TABLE_CLAUSES)[0]


@frozen
class TableText:
    """A CREATE TABLE statement. Changes give a new one; what they don't concern stays."""

    head: str
    """Up to the opening parenthesis."""
    parts: tuple[Part, ...]
    foot: str
    """From the white space before the closing parenthesis on."""

    def __str__(self) -> str:
        body = "".join(part.lead + part.core + part.tail for part in self.parts)
        return self.head + body + self.foot

    @property
    def columns(self) -> list[ColumnText]:
        return [part.column for part in self.parts if not part.is_constraint]

    @property
    def constraints(self) -> list[Clause]:
        """The constraints of the table, and those of its columns."""
        of_table = [part.constraint for part in self.parts if part.is_constraint]
        of_columns = [clause for column in self.columns for clause in column.clauses if clause.kind]
        return [*of_columns, *of_table]

    @property
    def options(self) -> tuple[str, ...]:
        """``STRICT`` and ``WITHOUT ROWID``, where they are set."""
        words = [token.keyword for token in tokens_of(self.foot)]
        return tuple(
            name
            for name, word in (("STRICT", "STRICT"), ("WITHOUT ROWID", "ROWID"))
            if word in words
        )

    @property
    def has_autoincrement(self) -> bool:
        return any(
            token.keyword == "AUTOINCREMENT" for column in self.columns for token in column.tokens
        )

    @property
    def rowid_column(self) -> str:
        """The column that is the rowid by another name; "" where there is none."""
        if "WITHOUT ROWID" in self.options:
            return ""
        for clause in self.constraints:
            if clause.word == "PRIMARY" and len(clause.columns) == 1:
                column = self.column(clause.columns[0])
                descending = clause.own and any(t.keyword == "DESC" for t in clause.tokens)
                return column.name if column.type.upper() == "INTEGER" and not descending else ""
        return ""

    def with_option(self, option: str, is_set: bool) -> TableText:
        """Set one of the :attr:`options`, or take it away."""
        options = [o for o in self.options if o != option] + [option] * is_set
        if sorted(options) == sorted(self.options):
            return self
        end = next(token.end for token in tokens_of(self.foot) if token.text == ")")
        return replace(self, foot=f"{self.foot[:end]} {', '.join(options)}".rstrip())

    def column(self, name: str) -> ColumnText:
        """:raises KeyError: the table has no such column."""
        return self.parts[self._index(name)].column

    def has_column(self, name: str) -> bool:
        return any(same_name(column.name, name) for column in self.columns)

    def named(self, name: str) -> TableText:
        """The same table under another name."""
        tokens = tokens_of(self.head)
        words = [token.keyword for token in tokens]
        at = words.index("TABLE") + 1
        return replace(self, head=f"{self.head[: tokens[at].start]}{name} (")

    def with_column(self, column: ColumnText) -> TableText:
        """Put a changed column in the place of the one with its name."""
        index = self._index(column.name)
        return self._with(index, replace(self.parts[index], core=column.text))

    def with_added(self, text: str) -> TableText:
        """Add a column after the last column, or a constraint at the end."""
        part = Part("", text)
        place = len(self.parts) if part.is_constraint else len(self.columns)
        return self._inserted(place, part)

    def without_column(self, name: str) -> TableText:
        return self._without(self._index(name))

    def without_constraint(self, clause: Clause) -> TableText:
        """Take away a constraint, of the table or of a column."""
        if clause.own:
            column = self.column(clause.own[0])
            return self.with_column(column.without(clause))
        return self._without(self._index_of(clause))

    def with_named_constraint(self, clause: Clause, name: str) -> TableText:
        """Give a name to a constraint without one."""
        index = self._index(clause.own[0]) if clause.own else self._index_of(clause)
        part = self.parts[index]
        core = f"{part.core[: clause.start]}CONSTRAINT {name} {part.core[clause.start :]}"
        return self._with(index, replace(part, core=core))

    def with_key_conflict(self, said: str) -> TableText:
        """Set what happens to a row that the primary key refuses."""
        clause = next((clause for clause in self.constraints if clause.kind == "primary"), None)
        if clause is None:
            return self
        index = self._index(clause.own[0]) if clause.own else self._index_of(clause)
        part = self.parts[index]
        return self._with(index, replace(part, core=with_conflict(part.core, clause, said)))

    def ordered(self, names: Sequence[str]) -> TableText:
        """The same with its columns in another order."""
        columns = [self.parts[self._index(name)] for name in names]
        return self._joined([*columns, *self.parts[len(columns) :]])

    def _index(self, name: str) -> int:
        for number, part in enumerate(self.parts):
            if not part.is_constraint and same_name(part.column.name, name):
                return number
        raise KeyError(name)

    def _index_of(self, clause: Clause) -> int:
        return next(
            number
            for number, part in enumerate(self.parts)
            if part.is_constraint and part.constraint == clause
        )

    def _with(self, index: int, part: Part) -> TableText:
        return replace(self, parts=(*self.parts[:index], part, *self.parts[index + 1 :]))

    def _without(self, index: int) -> TableText:
        return self._joined([*self.parts[:index], *self.parts[index + 1 :]])

    def _inserted(self, place: int, part: Part) -> TableText:
        new = replace(part, lead=_indentation(self.parts, place))
        return self._joined([*self.parts[:place], new, *self.parts[place:]])

    def _joined(self, parts: Sequence[Part]) -> TableText:
        """The parts with the commas that they need; one that was left out stays so."""
        neighbours = set(pairwise(map(id, self.parts)))
        followed = [
            one if one.is_constraint and (id(one), id(other)) in neighbours else one.followed
            for one, other in pairwise(parts)
        ]
        joined = [*followed, parts[-1].unfollowed]
        leads = [_on_a_new_line(one, other.lead) for one, other in pairwise(joined)]
        rest = [replace(part, lead=lead) for part, lead in zip(joined[1:], leads, strict=True)]
        return replace(self, parts=(joined[0], *rest), foot=_on_a_new_line(joined[-1], self.foot))


def _on_a_new_line(part: Part, text: str) -> str:
    """What follows a part: a comment to the end of the line must not swallow it."""
    ends_open = trimmed(part.tail).endswith("\n")
    return "\n" + text if ends_open and not text.startswith("\n") else text


def _indentation(parts: Sequence[Part], place: int) -> str:
    """What the parts around begin with, without their comments."""
    model = parts[place - 1] if place else parts[0]
    space = (token.text for token in all_tokens(model.lead))
    lead = "".join(text for text in space if text.isspace()) or (" " if place else "")
    # SQLAlchemy reads constraints line by line.
    return lead if "\n" in lead else "\n\t"


def parse_table(sql: str) -> TableText:
    """Cut a CREATE TABLE statement into its parts.

    :raises NotUnderstood: it is not one, or none that has columns.
    """
    tokens = tokens_of(sql)
    words = [token.keyword for token in tokens[:8]]
    opening = next((i for i, token in enumerate(tokens) if token.text == "("), 0)
    if "TABLE" not in words or "VIRTUAL" in words or not opening:
        raise NotUnderstood("This is not a table with columns.")
    closing = between(tokens, opening)
    inner = tokens[opening + 1 : closing]
    pieces = [piece for run in _split(inner) for piece in _constraints_apart(run)]
    start, end = tokens[opening].end, tokens[closing].start
    parts = list(_parts(sql, pieces, start, end))
    return TableText(sql[:start], tuple(parts[:-1]), parts[-1].lead + sql[end:])


def _split(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The runs of tokens between the commas of a list."""
    run: list[Token] = []
    for token in tokens:
        if token.text == "," and token.depth == tokens[0].depth:
            yield run
            run = []
        else:
            run.append(token)
    yield run


def _constraints_apart(run: list[Token]) -> Iterable[list[Token]]:
    """Constraints of a table may follow each other without a comma."""
    if not run:
        raise NotUnderstood("There is nothing between two commas.")
    if run[0].keyword not in TABLE_CLAUSES:
        return [run]
    clauses = clauses_of(run, TABLE_CLAUSES)
    return [[t for t in run if c.start <= t.start < c.end] for c in clauses]


def _parts(sql: str, pieces: Sequence[Sequence[Token]], start: int, end: int) -> Iterator[Part]:
    """The parts, and a last one whose lead is what stands before the closing parenthesis."""
    place = start
    for number, piece in enumerate(pieces):
        core = sql[piece[0].start : piece[-1].end]
        lead = sql[place : piece[0].start]
        until = pieces[number + 1][0].start if number + 1 < len(pieces) else end
        tail = _behind(sql[piece[-1].end : until])
        place = piece[-1].end + len(tail)
        yield Part(lead, core, tail)
    yield Part(sql[place:end], "")


def _behind(gap: str) -> str:
    """What of a gap belongs to the part before it: up to the comma, and a comment on its line."""
    tokens = list(all_tokens(gap))
    comma = next((number for number, token in enumerate(tokens) if token.text == ","), -1)
    end = tokens[comma].end if comma >= 0 else 0
    for token in tokens[comma + 1 :]:
        if "\n" in token.text:
            break
        if not token.text.isspace():
            end = token.end
    return gap[:end]
