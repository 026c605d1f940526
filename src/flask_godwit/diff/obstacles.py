"""Rows that a new constraint would refuse: found before the script is written.

PostgreSQL and MySQL would fail when the script is applied. SQLite would not, and keep rows that
refer to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import and_, column, exists, func, not_, select, table, text
from sqlalchemy.sql.elements import TextClause

from ..errors import RowsInTheWay
from .names import Key, said
from .rows import Rows


@dataclass
class ObstacleStage:
    """Looks at the rows that new constraints of one database are for."""

    rows: Rows

    def upgrade(self, operations: ops.OpContainer) -> None:
        """Stop where rows are in the way.

        :raises RowsInTheWay: a constraint would refuse rows.
        """
        for operation in operations.ops:
            if isinstance(operation, ops.ModifyTableOps):
                self._table(operation)

    def _table(self, operation: ops.ModifyTableOps) -> None:
        key = (operation.schema, operation.table_name)
        new = {op.column.name for op in operation.ops if isinstance(op, ops.AddColumnOp)}
        for step in operation.ops:
            query, words = self._asked(key, step, new)
            count = self.rows.scalar(query) if query is not None and self.rows.any(key) else 0
            if count:
                raise RowsInTheWay(
                    f"{count} row{'' if count == 1 else 's'} of {said(key)} {words}.",
                    hint="Correct these rows first, by hand or in a migration before this one.\n"
                    "--no-row-check writes the script all the same.",
                )

    def _asked(self, key: Key, step: ops.MigrateOperation, new: set[str]) -> tuple[Any, str]:
        """A query that counts what is in the way; None for what needs no look."""
        if isinstance(step, ops.CreateForeignKeyOp) and not new & set(step.local_cols):
            target = (step.kw.get("referent_schema"), step.referent_table)
            if not self.rows.exists(target):
                return None, ""
            pairs = list(zip(step.local_cols, step.remote_cols, strict=True))
            return self._orphans(key, target, pairs), f"refer to nothing in {said(target)}"
        names = list(_unique_columns(step))
        if names and not new & set(names):
            return self._duplicates(key, names), f"have the same {', '.join(names)} as another row"
        if isinstance(step, ops.CreateCheckConstraintOp) and not new:
            return self._violations(key, step), f"violate the check {step.constraint_name}"
        return None, ""

    def _orphans(self, key: Key, target: Key, pairs: Sequence[tuple[str, str]]) -> Any:
        child, parent = self._source(key).alias("c"), self._source(target).alias("p")
        local = [child.c[self.rows.name(key, name)] for name, _ in pairs]
        remote = [parent.c[self.rows.name(target, name)] for _, name in pairs]
        match = exists(
            select(text("1"))
            .select_from(parent)
            .where(and_(*(left == right for left, right in zip(local, remote, strict=True))))
        )
        filled = and_(*(left.is_not(None) for left in local))
        return select(func.count()).select_from(child).where(filled, ~match)

    def _duplicates(self, key: Key, names: Sequence[str]) -> Any:
        source = self._source(key)
        columns = [source.c[self.rows.name(key, name)] for name in names]
        filled = and_(*(c.is_not(None) for c in columns))
        groups = select((func.count() - 1).label("more")).where(filled)
        repeated = groups.group_by(*columns).having(func.count() > 1).subquery()
        return select(func.sum(repeated.c.more))

    def _violations(self, key: Key, step: ops.CreateCheckConstraintOp) -> Any:
        condition: Any = step.condition
        if isinstance(condition, str):
            condition = text(condition)
        if self.rows.renames.columns.get(key) or self.rows.renames.old_key(key) != key:
            return None  # it speaks of new names, and the database has the old ones
        # SQLAlchemy can't negate a text.
        is_text = isinstance(condition, TextClause)
        violated = text(f"NOT ({condition.text})") if is_text else not_(condition)
        return select(func.count()).select_from(self._source(key)).where(violated)

    def _source(self, key: Key) -> Any:
        schema, name = self.rows.renames.old_key(key)
        found = self.rows.inspector.get_columns(name, schema=schema)
        return table(name, *(column(item["name"]) for item in found), schema=schema)


def _unique_columns(step: ops.MigrateOperation) -> Iterator[str]:
    """The columns that must be unique from now on."""
    is_index = isinstance(step, ops.CreateIndexOp) and step.unique and not _is_special(step)
    if isinstance(step, ops.CreateUniqueConstraintOp) or is_index:
        columns: Sequence[Any] = getattr(step, "columns", ())
        yield from (str(getattr(item, "name", item)) for item in columns)


def _is_special(step: ops.CreateIndexOp) -> bool:
    """An index on expressions, or on some rows only."""
    partial = any(name.endswith("_where") for name in step.kw)
    return partial or not all(isinstance(getattr(c, "name", c), str) for c in step.columns)
