"""What steps would fail on: rows that are there now, found by questions only.

A table or column that the run itself makes or renames is not looked at. Where an earlier step of
the run writes to a table, it may repair the rows, and a finding is not certain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from alembic.operations import ops
from sqlalchemy import Connection, inspect

from ..dialects import Database
from ..diff.names import Key, said
from ..operations.backfill import BackfillOp
from ..plans import Facts, RowFinding
from ..sql.action import Action
from ..sql.assigned import Assigned, assigned
from ..sql.read import read
from .copied_rows import CopiedRows
from .enum_questions import MadeEnums
from .kept_keys import KeptKeys
from .rebuilds import as_rebuild, rebuilt
from .recorder import Recorded
from .row_questions import Question, questions
from .row_search import RowSearch

_WRITES = {"insert", "update", "delete", "truncate", "merge", "replace"}
_UNKNOWN = {"opaque", "call", "do"}
_SPREADS = {"delete", "truncate"}
_RETYPES = {"modify_column", "alter_type"}


class Preflight:
    """Looks at the rows of one database, for one step after the other."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        facts: Callable[[], Facts],
        seconds: float = 0.0,
    ) -> None:
        self.search = RowSearch(connection, database, seconds)
        self.dialect = database.name.lower()
        self.inspector = inspect(connection)
        self.made: set[str] = set()
        self.columns: set[tuple[str, str]] = set()
        self.written: set[str] = set()
        self.without_nulls: set[tuple[str, str]] = set()
        self.converted: set[tuple[str, str]] = set()
        self.retyped_by_hand: set[tuple[str, str]] = set()
        self.enums = MadeEnums()
        self.copied = CopiedRows(self.search, facts)
        self.kept_keys = KeptKeys(self.search)
        self.anything = False

    def step(self, step: Recorded) -> tuple[RowFinding, ...]:
        """What a step would fail on, after those that were given before."""
        found = []
        self.kept_keys.note(step.operations)
        for operation in step.operations:
            for question in questions(operation, self.search):
                found += self._asked(question)
            self._note_operation(operation)
            for question in self.kept_keys.questions(operation):
                found += self._asked(question)
        texts = tuple(read(sentence.sql, self.dialect) for sentence in step.sentences)
        for sentence, text in zip(step.sentences, texts, strict=True):
            for question in self.enums.questions(sentence.sql, text, self.search):
                found += self._asked(question)
            for question in self.copied.questions(sentence, text):
                found += self._asked(question)
        self.retyped_by_hand |= _retyped(texts) - _altered(step)
        copies = rebuilt(texts)
        for sentence, text in zip(step.sentences, texts, strict=True):
            done = assigned(sentence.sql, self.dialect) if sentence.times == 1 else None
            if done is None or not self._notes_assigned(done):
                self._note(as_rebuild(text, copies))
            self.without_nulls |= _filled(text)
        return tuple(found)

    def is_lost(self) -> None:
        """What comes next in the run is not known: it may write anything."""
        self.anything = True

    def _asked(self, question: Question) -> list[RowFinding]:
        tables = {said(key) for key in question.tables}
        if tables & self.made or self._names(question, self.columns - self._filled()):
            return []
        if question.condition and self._names(question, self.converted):
            return []  # a number and its text are compared in other ways
        if question.is_about_values and self._names(question, self.retyped_by_hand):
            return []
        is_repaired = self.anything or tables & self.written
        is_certain = not (is_repaired or self._names(question, self.converted))
        if not is_certain and self._names(question, self._filled()):
            return []  # what was added for a moment is filled by then
        if question.is_about_nulls and self._names(question, self.without_nulls):
            return []
        found = self.search.found(question)
        return [replace(found, is_certain=is_certain and found.is_certain)] if found else []

    def _filled(self) -> set[tuple[str, str]]:
        """The new columns of which it is known what rows get in them."""
        return {(said(key), name) for key, name in self.search.added}

    def _names(self, question: Question, columns: set[tuple[str, str]]) -> bool:
        """Whether a question is about one of these columns."""
        named = {(said(key), column) for key, column in question.columns}
        own = {column for table, column in columns if table == said(question.tables[0])}
        return bool(named & columns) or any(_reads(question.condition, name) for name in own)

    def _note_operation(self, operation: object) -> None:
        if isinstance(operation, ops.AddColumnOp):
            self.columns.add((said(_key(operation)), operation.column.name))
            self.search.adds(_key(operation), operation.column)
        elif isinstance(operation, ops.AlterColumnOp):
            if operation.modify_name is not None:
                self.columns.add((said(_key(operation)), operation.modify_name))
                self.columns.add((said(_key(operation)), operation.column_name))
            if operation.modify_type is not None:
                self._note_type(operation, operation.modify_type)
        elif isinstance(operation, BackfillOp):
            self.anything = True

    def _note_type(self, operation: ops.AlterColumnOp, new: Any) -> None:
        key, name = _key(operation), operation.column_name
        if self.search.table_to_be(key, name) is None:
            return
        using = operation.kw.get("postgresql_using") or ""
        if not self.search.retypes(key, name, new, using):
            self.converted.add((said(key), name))

    def _notes_assigned(self, done: Assigned) -> bool:
        """Remember what an UPDATE does; False where only the database knows."""
        schema, _, table = done.table.rpartition(".")
        key: Key = (schema or None, table)
        if done.table in self.made or (done.table, done.column) in self.retyped_by_hand:
            return False
        if self.search.table_to_be(key, done.column) is None:
            return False
        self.search.assigns(key, done)
        return True

    def _note(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self.anything = self.anything or action.kind in _UNKNOWN
            if action.kind in _WRITES:
                self.written.add(action.table)
            if action.kind in _SPREADS:
                self.written |= self._referring(action.table)
            if action.kind in ("create_table", "drop_table", "rename_table"):
                self.made |= {action.table, action.expression}
            if action.kind in ("add_column", "drop_column", "rename_column"):
                self.columns |= {(action.table, action.name), (action.table, action.expression)}

    def _referring(self, table: str) -> set[str]:
        """The tables whose rows may go with those of a table."""
        keys = self.inspector.get_multi_foreign_keys().items()
        leads = [(key[1], entry["referred_table"]) for key, every in keys for entry in every]
        reached = {table}
        while more := {child for child, parent in leads if parent in reached} - reached:
            reached |= more
        return reached


def _key(operation: ops.AlterTableOp) -> Key:
    return operation.schema, operation.table_name


def _reads(condition: str, column: str) -> bool:
    """Whether a column, whose name may be several words, can be meant in a condition."""
    return bool(column and re.search(rf"(?<!\w){re.escape(column)}(?!\w)", condition))


def _altered(step: Recorded) -> set[tuple[str, str]]:
    """The columns that operations alter, of which more is known than their statements say."""
    altered = (each for each in step.operations if isinstance(each, ops.AlterColumnOp))
    return {(said(_key(each)), each.column_name) for each in altered}


def _retyped(texts: Iterable[Iterable[Action]]) -> set[tuple[str, str]]:
    """The columns that statements give another type."""
    actions = (action for text in texts for action in text if action.kind in _RETYPES)
    return {(action.table, action.name) for action in actions}


def _filled(actions: Iterable[Action]) -> set[tuple[str, str]]:
    """The columns in which no NULL is left after a statement."""
    updates = (action for action in actions if action.kind == "update")
    return {(action.table, column) for action in updates for column in action.columns}
