"""Rows that a key takes for the same once a column of it has another type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import Integer

from ..diff.names import Key
from ..diff.unique_keys import unique_keys
from .row_questions import Question, questions
from .row_search import RowSearch, keeps_values


class KeptKeys:
    """Asks about the unique keys that a table has and keeps, once a type has changed."""

    def __init__(self, search: RowSearch) -> None:
        self.search = search
        self.steps: dict[Key, list[Any]] = {}
        """What was done to each table so far."""

    def note(self, operations: Sequence[Any]) -> None:
        """Remember what is done in one step: the database may do it all at once."""
        for operation in operations:
            if isinstance(operation, ops.DropConstraintOp | ops.DropIndexOp):
                key = (operation.schema, operation.table_name or "")
                self.steps.setdefault(key, []).append(operation)

    def questions(self, operation: Any) -> Iterator[Question]:
        """Which rows are the same after an operation that has just been noted."""
        if not isinstance(operation, ops.AlterColumnOp) or operation.modify_type is None:
            return
        key, name = (operation.schema, operation.table_name), operation.column_name
        if self.search.table(key, name) is None or not self._may_be_the_same(operation):
            return
        for names in unique_keys(self.search.inspector, key, self.steps.get(key, ())):
            if name in names:
                made = ops.CreateUniqueConstraintOp(None, key[1], names, schema=key[0])
                yield from questions(made, self.search)

    def _may_be_the_same(self, operation: ops.AlterColumnOp) -> bool:
        """Whether two values may become one: a look at all rows of a large table takes long."""
        old, new = operation.existing_type, operation.modify_type
        if isinstance(old, Integer) and isinstance(new, Integer):
            return False
        return not keeps_values(new)
