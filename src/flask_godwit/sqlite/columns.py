"""The definition of one column, changed clause by clause."""

from __future__ import annotations

from functools import cached_property

from ..frozen import frozen
from .clauses import COLUMN_CLAUSES, Clause, clauses_of, with_conflict
from .tokens import Token, normal, quoted, tokens_of, trimmed


@frozen
class ColumnText:
    """``"name" VARCHAR(50) NOT NULL``, as it is written. Changes give a new one."""

    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokens_of(self.text)

    @property
    def name(self) -> str:
        return self.tokens[0].name

    @cached_property
    def clauses(self) -> list[Clause]:
        return clauses_of(self._after_type, COLUMN_CLAUSES, (self.name,))

    @property
    def type(self) -> str:
        """The type as it is written; "" where there is none."""
        start, end = self._type_range
        return self.text[start:end].strip()

    @property
    def is_generated(self) -> bool:
        return self.clause("GENERATED", "AS") is not None

    @property
    def is_stored(self) -> bool:
        generated = self.clause("GENERATED", "AS")
        return generated is not None and generated.tokens[-1].keyword == "STORED"

    @property
    def expression(self) -> str:
        """What a generated column is computed from, as it is written; "" of a plain one."""
        generated = self.clause("GENERATED", "AS")
        if generated is None:
            return ""
        tokens = generated.expression
        return self.text[tokens[0].start : tokens[-1].end]

    @property
    def default(self) -> str:
        """The text of the default; "" where there is none."""
        found = self.clause("DEFAULT")
        return self.text[found.tokens[1].start : found.end] if found else ""

    @property
    def collation(self) -> str:
        found = self.clause("COLLATE")
        return found.tokens[1].name if found else ""

    @property
    def not_null(self) -> bool:
        return self.clause("NOT") is not None

    @property
    def null_conflict(self) -> str:
        """What happens to a row with NULL in it, where that is forbidden and said."""
        found = self.clause("NOT")
        return found.on_conflict if found else ""

    def clause(self, *words: str) -> Clause | None:
        """The clause that begins with one of the words."""
        return next((clause for clause in self.clauses if clause.word in words), None)

    def without(self, *clauses: Clause) -> ColumnText:
        """Cut clauses out, with the white space before them."""
        text = self.text
        for clause in sorted(clauses, key=lambda clause: clause.start, reverse=True):
            text = trimmed(text[: clause.start]) + text[clause.end :]
        return ColumnText(text)

    def with_type(self, type_: str) -> ColumnText:
        start, end = self._type_range
        if normal(self.text[start:end]) == normal(type_):
            return self
        rest = self.text[end:]
        if not type_:
            return ColumnText(trimmed(self.text[:start]) + rest)
        return ColumnText(f"{trimmed(self.text[:start])} {type_}{rest}")

    def with_null(self, nullable: bool) -> ColumnText:
        changed = self.without(*[c for c in self.clauses if c.word in ("NULL", "NOT")][:2])
        if nullable:
            return changed
        return self if self.not_null else changed.with_clause("NOT NULL")

    def with_conflict(self, said: str) -> ColumnText:
        """Set what happens to a NULL where the column takes none."""
        found = self.clause("NOT")
        return ColumnText(with_conflict(self.text, found, said)) if found else self

    def with_default(self, default: str) -> ColumnText:
        """Set the default; "" takes it away."""
        found = self.clause("DEFAULT")
        if not default:
            return self.without(found) if found else self
        if not found:
            return self._after(f"DEFAULT {default}", self._type_range[1])
        start, end = found.tokens[1].start, found.end
        return ColumnText(self.text[:start] + default + self.text[end:])

    def with_collation(self, collation: str) -> ColumnText:
        """Set the collation; "" takes it away."""
        found = self.clause("COLLATE")
        changed = self.without(found) if found else self
        if not collation:
            return changed
        return changed._after(f"COLLATE {quoted(collation)}", changed._type_range[1])

    def with_generated(self, clause: str) -> ColumnText:
        """Set what generates the column; "" makes it one that holds its values."""
        found = self.clause("GENERATED", "AS")
        changed = self.without(found) if found else self
        return changed.with_default("").with_clause(clause) if clause else changed

    def with_clause(self, clause: str) -> ColumnText:
        return self._after(clause, len(self.text))

    def _after(self, clause: str, place: int) -> ColumnText:
        space = "" if clause[:1].isspace() else " "
        return ColumnText(f"{trimmed(self.text[:place])}{space}{clause}{self.text[place:]}")

    @property
    def _after_type(self) -> tuple[Token, ...]:
        first = self._first_clause
        return self.tokens[first:]

    @cached_property
    def _first_clause(self) -> int:
        rest = self.tokens[1:]
        found = (i for i, token in enumerate(rest, 1) if self._is_clause(token))
        return next(found, len(self.tokens))

    def _is_clause(self, token: Token) -> bool:
        return token.keyword in COLUMN_CLAUSES and token.depth == self.tokens[0].depth

    @property
    def _type_range(self) -> tuple[int, int]:
        """From the end of the name to the end of the type."""
        last = self.tokens[self._first_clause - 1]
        start = self.tokens[0].end
        return start, max(start, last.end)
