"""Rows that a server refuses to copy, where a statement has it copy their table.

They are about columns that the statement says nothing of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from sqlalchemy import Date, DateTime

from ..dialects.base import Condition
from ..diff.names import Key, said
from ..plans import Facts
from ..sql.action import Action
from .recorder import Sentence
from .row_questions import Question
from .row_search import RowSearch

_NOUNS = ("value that the mode of the server forbids", "values that the mode of the server forbids")


class CopiedRows:
    """Asks about each table once for each of its columns that can have such values."""

    def __init__(self, search: RowSearch, facts: Callable[[], Facts]) -> None:
        self.search = search
        self.facts = facts
        self.small_rows = 0
        """How many rows a table has at least that is not copied by the server but by us."""
        self.asked: set[str] = set()

    def questions(self, sentence: Sentence, actions: Sequence[Action]) -> Iterator[Question]:
        """Which rows a statement fails on."""
        if self._refused is None:
            return
        for action in actions:
            if action.table and action.table not in self.asked and self._fails(sentence, action):
                self.asked.add(action.table)
                yield from self._about(action.table, self._refused)

    @cached_property
    def _refused(self) -> Condition | None:
        return self.search.database.refused_dates(self.search.connection)

    def _fails(self, sentence: Sentence, action: Action) -> bool:
        """Whether the server copies the table; a copy of our own takes such values."""
        facts = self.facts()
        cost, table = self.search.database.cost(action, facts), facts.table(action.table)
        rows = (table and table.rows) or 0
        is_ours = sentence.no_copy == "" and rows >= self.small_rows
        return cost.sure and cost.algorithm == "COPY" and not is_ours

    def _about(self, name: str, condition: Condition) -> Iterator[Question]:
        schema, _, table = name.rpartition(".")
        key: Key = (schema or None, table)
        there, source = self.search.table(key), self.search.table_to_be(key)
        for column in () if there is None else there.c.keys():
            if isinstance(self.search.type_of(key, column), Date | DateTime):
                subject = f"{said(key, column)} in a copy of the table"
                where = condition(source.c[column])
                yield Question(subject, _NOUNS, source, where, (key,), ((key, column),))
