"""Rows that have a value which an enumeration loses: it is made anew, and its columns are cast.

A script does so by statements of its own, which say nothing to Alembic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, literal, literal_column, not_

from ..diff.names import said
from ..sql.action import Action
from .row_questions import Question
from .row_search import RowSearch

_ENUM = re.compile(r"\bAS\s+ENUM\s*\((.*)\)\s*;?\s*$", re.IGNORECASE | re.DOTALL)
_TEXTS = ARRAY(Text())
_LABEL = re.compile(r"'((?:[^']|'')*)'")


class MadeEnums:
    """The enumerations that a run has made so far, with their labels."""

    def __init__(self) -> None:
        self.labels: dict[str, tuple[str, ...]] = {}

    def questions(
        self, sql: str, actions: Iterable[Action], search: RowSearch
    ) -> Iterator[Question]:
        """Which rows a statement fails on that casts a column to one of them."""
        for action in actions:
            self._note(action, sql)
            yield from self._asked(action, search)

    def _note(self, action: Action, sql: str) -> None:
        found = _ENUM.search(sql) if action.kind == "create_type" else None
        if found:
            labels = _LABEL.findall(found[1])
            self.labels[action.name] = tuple(label.replace("''", "'") for label in labels)

    def _asked(self, action: Action, search: RowSearch) -> Iterator[Question]:
        name = action.type.removesuffix("[]")
        if action.kind != "alter_type" or name not in self.labels:
            return
        schema, _, table = action.table.rpartition(".")
        key = (schema or None, table)
        source = search.table_to_be(key, action.name)
        if source is None:
            return
        column, labels = source.c[action.name], self.labels[name]
        where = _others(column, labels) if name == action.type else _other_items(column, labels)
        subject = f"{said(key, action.name)} {action.type}"
        nouns = ("value that it has no longer", "values that it has no longer")
        yield Question(subject, nouns, source, where, (key,), ((key, action.name),))


def _others(column: ColumnElement[Any], labels: Sequence[str]) -> ColumnElement[bool]:
    return cast(column, Text()).not_in(labels)


def _other_items(column: ColumnElement[Any], labels: Sequence[str]) -> ColumnElement[bool]:
    texts = func.array_remove(cast(column, _TEXTS), literal_column("NULL"))
    return not_(texts.bool_op("<@")(cast(literal(list(labels), _TEXTS), _TEXTS)))
