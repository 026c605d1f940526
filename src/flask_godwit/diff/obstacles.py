"""Rows that a new constraint would refuse: found before the script is written.

PostgreSQL and MySQL would fail when the script is applied. SQLite would not, and keep rows that
refer to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import ops
from sqlalchemy import ColumnElement, column, func, select, table, text

from ..errors import RowsInTheWay
from .blocks import blocks_of, table_of
from .names import Key, said
from .row_queries import compared, duplicates, orphaned, unique_columns, violating
from .rows import Rows
from .sentences import counted
from .steps import Redefined, added_column, flat
from .unique_keys import unique_keys
from .values_to_be import ValuesToBe


@dataclass
class ObstacleStage:
    """Looks at the rows that new constraints of one database are for."""

    rows: Rows
    left: list[tuple[Key, ops.MigrateOperation, set[Key]]] = field(default_factory=list)
    """What is about values that change in the same script, each with the new tables."""
    new: dict[Key, set[str]] = field(default_factory=dict)
    """The new columns of tables."""
    values: ValuesToBe | None = None
    is_off: Callable[[ops.CreateCheckConstraintOp], bool] = lambda _: False
    """Whether a CHECK is there to be switched off, as the one that it follows."""

    def upgrade(self, operations: ops.OpContainer) -> None:
        """Stop where rows are in the way.

        :raises RowsInTheWay: a constraint would refuse rows.
        """
        created = [op for op in operations.ops if isinstance(op, ops.CreateTableOp)]
        made = {(op.schema, op.table_name) for op in created}
        for block in blocks_of(operations):
            added = filter(None, map(added_column, flat(block)))
            self.new.setdefault(table_of(block), set()).update(adds.column.name for adds in added)
        for block in blocks_of(operations):
            self._table(block, made)

    def _table(self, operation: ops.ModifyTableOps, made: set[Key]) -> None:
        key = (operation.schema, operation.table_name)
        steps = [step for step in operation.ops if _may_refuse(step)]
        changing = {name for step in operation.ops for name in changing_values(step)}
        if not (steps or changing) or not self.rows.exists(key):
            return  # a new table: Alembic makes its indexes apart from it
        for step in (*steps, *self._kept(operation, changing)):
            if changing & names_in(step) or self._is_about_new(key, step):
                self.left.append((key, step, made))
            else:
                self._refuse(key, step, made)

    def with_values(self, values: ValuesToBe) -> None:
        """Look at what was left, now that it is known what rows get.

        :raises RowsInTheWay: a constraint would refuse rows as they will be.
        """
        self.values = values
        for key, step, made in self.left:
            self._refuse(key, step, made)

    def _refuse(self, key: Key, step: ops.MigrateOperation, made: set[Key]) -> None:
        query, words = self._asked(key, step, made)
        count = self.rows.scalar(query) if query is not None and self.rows.any(key) else 0
        if count:
            raise RowsInTheWay(
                f"{counted(count, 'row', said(key), words)}.",
                hint=f"{self._advice(key, step)}\n--no-row-check writes the script all the same.",
            )

    def _advice(self, key: Key, step: ops.MigrateOperation) -> str:
        begun = sorted(self._begun(key).keys() & {*_columns_of(step)})
        if not begun:
            return "Correct these rows first, by hand or in a migration before this one."
        place = said(key, begun[0])
        return f"--fill {place}=sql:EXPRESSION    gives each row a value of its own."

    def _kept(self, operation: ops.ModifyTableOps, changing: set[str]) -> Iterator[Any]:
        """The unique keys that stay on columns whose values change, as if they were new."""
        key = (operation.schema, operation.table_name)
        for names in self._unique_keys(operation) if changing else ():
            new = [self.rows.renames.new_column(key, name) for name in names]
            if changing & set(new):
                yield ops.CreateUniqueConstraintOp(None, key[1], new, schema=key[0])

    def _unique_keys(self, operation: ops.ModifyTableOps) -> Iterator[Sequence[str]]:
        """The columns of each key and unique index that a table has and keeps."""
        key = self.rows.renames.old_key((operation.schema, operation.table_name))
        return unique_keys(self.rows.inspector, key, list(flat(operation)))

    def _asked(self, key: Key, step: ops.MigrateOperation, made: set[Key]) -> tuple[Any, str]:
        """A query that counts what is in the way; None for what needs no look.

        :param made: the new tables.
        """
        if isinstance(step, ops.CreateForeignKeyOp) and not self._empty(key, step.local_cols):
            target = (step.kw.get("referent_schema"), step.referent_table)
            words = f"refer to nothing in {said(target)}"
            if target in made:
                return self._filled(key, step.local_cols), f"{words}, which is new"
            if not self.rows.exists(target):
                return None, ""
            pairs = list(zip(step.local_cols, step.remote_cols, strict=True))
            return self._orphans(key, target, pairs), words
        names = list(unique_columns(step))
        if names and not self._empty(key, names):
            return self._duplicates(
                key, names, step
            ), f"have the same {', '.join(names)} as another row"
        if (
            isinstance(step, ops.CreateCheckConstraintOp)
            and not self._empty(key)
            and not self.is_off(step)
        ):
            return self._violations(
                key, step.condition
            ), f"violate the check {step.constraint_name}"
        if isinstance(step, Redefined) and step.check not in (None, step.old_check):
            query = self._violations(key, text((step.check or "").replace(":", "\\:")))
            return query, f"violate the check {step.check}"
        return None, ""

    def _orphans(self, key: Key, target: Key, pairs: Sequence[tuple[str, str]]) -> Any:
        child, parent = self._source(key).alias("c"), self._source(target).alias("p")
        local = [child.c[self.rows.name(key, name)] for name, _ in pairs]
        if self._empty(target, [name for _, name in pairs]):
            # A new column has no values that those of these rows could have been taken from.
            return self._filled(key, [name for name, _ in pairs])
        remote = [parent.c[self.rows.name(target, name)] for _, name in pairs]
        return select(func.count()).select_from(child).where(orphaned(local, parent, remote))

    def _is_about_new(self, key: Key, step: ops.MigrateOperation) -> bool:
        """Whether it is about a column that a table gets in the same script."""
        if isinstance(step, ops.CreateCheckConstraintOp):
            return bool(self._empty(key))
        if not isinstance(step, ops.CreateForeignKeyOp):
            return bool(self._empty(key, list(unique_columns(step))))
        target = (step.kw.get("referent_schema"), step.referent_table)
        return bool(self._empty(key, step.local_cols) or self._empty(target, step.remote_cols))

    def _empty(self, key: Key, names: Sequence[str] | None = None) -> set[str]:
        """The new ones of these columns, or of all, that rows are not known to get values in."""
        new = self.new.get(key, set()) - self._begun(key).keys()
        return new if names is None else new & {*names}

    def _begun(self, key: Key) -> Mapping[str, ColumnElement[Any]]:
        """The values of new columns, but of one that has the name that another one gives up."""
        left = self.rows.renames.columns.get(key, {})
        found = self.values.of_new(key) if self.values else {}
        return {name: value for name, value in found.items() if name not in left}

    def _filled(self, key: Key, names: Sequence[str]) -> Any:
        """Counts the rows that refer to anything at all."""
        source = self._source(key)
        filled = (source.c[self.rows.name(key, name)].is_not(None) for name in names)
        return select(func.count()).select_from(source).where(*filled)

    def _duplicates(self, key: Key, names: Sequence[str], step: ops.MigrateOperation) -> Any:
        source = self._source(key)
        columns = [source.c[self.rows.name(key, name)] for name in names]
        return duplicates(source, columns, compared(step, columns))

    def _violations(self, key: Key, condition: Any) -> Any:
        if self.rows.renames.columns.get(key) or self.rows.renames.old_key(key) != key:
            return None  # it speaks of new names, and the database has the old ones
        refused = violating(condition)
        return select(func.count()).select_from(self._source(key)).where(refused)

    def _source(self, key: Key) -> Any:
        schema, name = self.rows.renames.old_key(key)
        found = self.rows.inspector.get_columns(name, schema=schema)
        source = table(name, *(column(item["name"]) for item in found), schema=schema)
        changed = self.values.of(key, source) if self.values else {}
        new = self._begun(key)
        if not (changed or new):
            return source
        return select(
            *(changed.get(each.name, each).label(each.name) for each in source.c),
            *(value.label(name) for name, value in new.items()),
        ).subquery(name)


def changing_values(step: ops.MigrateOperation) -> Iterator[str]:
    """The column whose values a step changes, or may fill."""
    if isinstance(step, ops.AlterColumnOp) and (
        step.modify_type is not None or step.modify_nullable is False
    ):
        yield step.column_name


def _may_refuse(step: ops.MigrateOperation) -> bool:
    """Whether a step is one that fails on rows of some kind."""
    refusing = ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp | Redefined
    return isinstance(step, refusing) or any(unique_columns(step))


def _columns_of(step: ops.MigrateOperation) -> Sequence[str]:
    if isinstance(step, ops.CreateForeignKeyOp):
        return step.local_cols
    return list(unique_columns(step))


def names_in(step: ops.MigrateOperation) -> set[str]:
    """The columns that a new constraint is about, or the words of its condition."""
    if isinstance(step, ops.CreateCheckConstraintOp):
        return set(re.findall(r"\w+", str(step.condition)))
    if isinstance(step, ops.CreateForeignKeyOp):
        return set(step.local_cols)
    return set(unique_columns(step))
