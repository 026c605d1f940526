"""Which facts of a table may be gone after a change: those that the operations are about."""

from __future__ import annotations

from collections.abc import Iterable

from .clauses import Clause
from .inventory import Fact, constraint_text
from .tokens import folded, same_name

_PRAGMA_KINDS = {"foreignkey": "foreign key", "unique": "unique constraint"}


class Excuses:
    """Filled while operations are done; asked when the inventories are compared."""

    def __init__(self) -> None:
        self.indexes: set[str] = set()
        self._columns: set[str] = set()
        self._facts: set[tuple[str, str]] = set()

    def column(self, name: str) -> None:
        """A column may go, with all that is about it."""
        self._columns.add(folded(name))

    def fact(self, kind: str, what: str) -> None:
        """Something about a column may change."""
        self._facts.add((kind, what))

    def constraint(self, clause: Clause, columns: Iterable[str]) -> None:
        """A constraint may go, under whichever name the inventory has it.

        :param columns: the table's, which a primary key numbers.
        """
        self.fact(clause.kind, clause.name or constraint_text(clause))
        if clause.kind in _PRAGMA_KINDS:
            self.fact(_PRAGMA_KINDS[clause.kind], f"({', '.join(clause.columns)})")
        if clause.kind == "primary":
            self.fact("option", "AUTOINCREMENT")
            self.fact("AUTOINCREMENT", "counter")
            self._facts |= {("primary key of", column) for column in columns}

    def allow(self, fact: Fact) -> bool:
        """Whether a fact may go."""
        if self._columns & fact.columns or (fact.kind, fact.what) in self._facts:
            return True
        if fact.kind == "index" and fact.what in self.indexes:
            return True
        return any(
            fact.kind == f"{kind} constraint" and (fact.value == what or same_name(fact.what, what))
            for kind, what in self._facts
            if what
        )
