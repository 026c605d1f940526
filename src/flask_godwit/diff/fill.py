"""What existing rows get in a column that is NOT NULL: never a script that fails at deploy.

A new column is added with a temporary server default, which costs no rewrite of the table; where
the database allows none, it is added nullable, filled, and made NOT NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, DefaultClause, Dialect, text

from ..dialects.base import Database
from ..dialects.stored_types import stored_as
from ..errors import RowsInTheWay
from ..frozen import frozen
from .answers import Answers
from .blocks import by_table, done_to, table_of
from .compare.key_conflicts import for_filled
from .literals import Value, default_of, given, server_default_of
from .names import Key, quoted, said
from .parents import Parents
from .questions import Asker, Question, Reading
from .refusing import instead_of, refusing
from .rows import Rows
from .stand_ins import KeyNow, in_key, stand_in
from .steps import Cast, Comment, Freed, Quiet, Redefined, Sql
from .type_first import before_type, needs_new_type, type_first
from .untouched import untouched

ModelColumn = Callable[[Key, str], "Column[Any] | None"]


@dataclass
class FillStage:
    """Fills what becomes NOT NULL in one database."""

    dialect: Dialect
    database: Database
    rows: Rows
    models: ModelColumn
    answers: Answers
    asker: Asker
    used: set[str]
    filled: dict[tuple[Key, str], str] = field(default_factory=dict)
    """What NULLs become, in SQL, by table and column."""
    begun: dict[tuple[Key, str], str] = field(default_factory=dict)
    """What rows get in new columns."""

    def upgrade(self, operations: ops.OpContainer) -> None:
        """Change the operations of an upgrade."""
        questions = {need.place: need for need in self._needs(operations) if self._open(need)}
        typed = self._asked(list(questions.values()))
        changed: list[ops.MigrateOperation] = []
        for operation in operations.ops:
            if isinstance(operation, ops.ModifyTableOps):
                changed += self._table(operation, typed)
            else:
                changed.append(operation)
        operations.ops[:] = changed

    def downgrade(self, operations: ops.OpContainer) -> None:
        """A column comes back whose values are gone: rows get a neutral value."""
        changed: list[ops.MigrateOperation] = []
        blocks = by_table(operations)
        parents = Parents(operations, self.dialect, self.database)
        for operation in operations.ops:
            if isinstance(operation, ops.ModifyTableOps):
                around = done_to(blocks, table_of(operation))
                changed += self._table_back(operation, around, parents)
            else:
                changed.append(operation)
        operations.ops[:] = changed

    # what has to be known

    def _needs(self, operations: ops.OpContainer) -> Iterator[_Need]:
        for operation in operations.ops:
            if isinstance(operation, ops.ModifyTableOps):
                yield from filter(None, map(self._need, operation.ops))

    def _need(self, operation: ops.MigrateOperation) -> _Need | None:
        if isinstance(operation, ops.AddColumnOp) and self._has_no_value(operation):
            key = (operation.schema, operation.table_name)
            return _Need(key, operation.column.name, operation.column, is_new=True)
        if isinstance(operation, ops.AlterColumnOp) and operation.modify_nullable is False:
            if isinstance(operation, Redefined) and operation.old_computed:
                return None  # nobody can give it other values
            key = (operation.schema, operation.table_name)
            column = self.models(key, operation.column_name)
            if column is not None:
                return _Need(key, column.name, column, is_new=False)
        return None

    def _has_no_value(self, operation: ops.AddColumnOp) -> bool:
        """Whether rows that are there would have nothing in a new column that forbids NULL."""
        column = operation.column
        if column.server_default is not None:
            return False
        # A domain that is there already, or in the same script, is only named in an operation.
        model = self.models((operation.schema, operation.table_name), column.name)
        kind = column.type if model is None else model.type
        if column.nullable and not self.database.forbids_null(kind, self.dialect):
            return False
        generated = column.computed is not None or column.identity is not None
        # A copy, as of a column without the CHECK of its type, is of no table, and counts nothing.
        table: Any = column.table
        return not generated and (table is None or table._autoincrement_column is not column)

    def _value(self, need: _Need, typed: dict[str, str]) -> Value | None:
        fill = typed.get(need.place, self.answers.fills.get(need.place))
        if fill is not None:
            self.used.add(need.place)
            return given(need.column, fill, self.dialect, self.database, need.place)
        if not need.is_new and need.column.server_default is not None:
            return server_default_of(need.column.server_default, self.dialect)
        return default_of(need.column, self.dialect, self.database)

    def _open(self, need: _Need) -> bool:
        if self._value(need, {}) is not None:
            return False
        return self.rows.hidden or self._in_the_way(need) > 0

    def _in_the_way(self, need: _Need) -> int:
        if need.is_new:
            return self.rows.count(need.key)
        return self.rows.count(need.key, need.name, lambda column: column.is_(None))

    def _count(self, need: _Need) -> str:
        if self.rows.hidden:
            return "rows may"
        count = self._in_the_way(need)
        return f"{count} row{'' if count == 1 else 's'}"

    def _asked(self, needs: list[_Need]) -> dict[str, str]:
        if not needs:
            return {}
        answers = self.asker.ask([self._question(need) for need in needs])
        typed = {}
        for need, answer in zip(needs, answers, strict=True):
            if not isinstance(answer, str):
                raise RowsInTheWay(
                    f"{need.place} is NOT NULL, and {self._count(need)} have no value.",
                    hint="Let the model say nullable=True, or give it a default.",
                )
            typed[need.place] = answer
        return typed

    def _question(self, need: _Need) -> Question:
        seen = "may be NULL" if self.rows.hidden else "is NULL in some"
        state = "has no default" if need.is_new else seen
        like = "" if need.is_new else " like that"
        has = f"may have rows{like}" if self.rows.hidden else f"has {self._count(need)}{like}"
        return Question(
            f"{need.place} becomes NOT NULL and {state}, but {said(need.key)} {has}."
            " What do they get?",
            (
                Reading("this value (or sql:EXPRESSION)", f"--fill {need.place}=VALUE"),
                Reading("nothing yet: I give the model a default or make it nullable first"),
            ),
            wants_value=True,
        )

    # what is done

    def _table(
        self, operation: ops.ModifyTableOps, typed: dict[str, str]
    ) -> Iterator[ops.MigrateOperation]:
        added: list[ops.MigrateOperation] = []
        types: list[ops.MigrateOperation] = []
        updates: list[ops.MigrateOperation] = []
        filled: list[str] = []
        rest: list[ops.MigrateOperation] = []
        late: list[tuple[ops.MigrateOperation, ops.AlterColumnOp]] = []
        for step in operation.ops:
            need = self._need(step)
            value = self._value(need, typed) if need else None
            if need is None or value is None:
                rest += self._warned(need, step)
            elif isinstance(step, ops.AddColumnOp):
                self.begun[need.key, need.name] = value.sql
                add, update, after = self._added(need, step, value)
                added.append(add)
                updates += update
                rest += after
            elif isinstance(step, Freed):
                rest += [self._update(need, value), step]  # it took no values before
            elif isinstance(step, Cast) and needs_new_type(value, step):
                # What is around it, such as the default that is away meanwhile, stays there.
                wider, last = type_first(step)
                rest.append(wider)
                late.append((self._update(need, value), last))
            else:
                if isinstance(step, ops.AlterColumnOp) and needs_new_type(value, step):
                    wider, step = type_first(step)
                    before = before_type(rest, need.name)
                    rest = [each for each in rest if each not in before]
                    types += [*before, wider]
                updates.append(self._update(need, value))
                filled.append(need.name)
                rest.append(step)
        gone = refusing(rest, filled)
        made = instead_of(gone, rest) if self.database.indexes_foreign_keys else []
        rest = [step for step in rest if step not in gone and step not in made]
        for first in filter(None, (added, [*gone, *types, *made])):
            yield ops.ModifyTableOps(operation.table_name, first, schema=operation.schema)
        yield from updates
        if rest:
            yield ops.ModifyTableOps(operation.table_name, rest, schema=operation.schema)
        for filling, last in late:
            yield filling
            yield ops.ModifyTableOps(operation.table_name, [last], schema=operation.schema)

    def _warned(
        self, need: _Need | None, step: ops.MigrateOperation
    ) -> Iterator[ops.MigrateOperation]:
        if need is not None and need.is_new:
            yield Comment(
                f"{need.place} has no default: this is for an empty table."
                f" Rows would need --fill {need.place}=VALUE."
            )
        yield step

    def _added(
        self, need: _Need, step: ops.AddColumnOp, value: Value
    ) -> tuple[ops.MigrateOperation, list[ops.MigrateOperation], list[ops.MigrateOperation]]:
        """How a column is added, filled, and becomes what the model says."""
        schema, table = need.key
        copy = step.column._copy()
        if value.constant and self._can_default(step.column):
            argument = value.text if value.text is not None else text(value.sql)
            copy.server_default = DefaultClause(argument)
            after = ops.AlterColumnOp(
                table,
                need.name,
                schema=schema,
                existing_type=step.column.type,
                existing_nullable=step.column.nullable,
                existing_server_default=copy.server_default,
                modify_server_default=None,
            )
            return ops.AddColumnOp(table, copy, schema=schema), [], [Quiet.of(after)]
        copy.nullable = True
        after = ops.AlterColumnOp(
            table,
            need.name,
            schema=schema,
            existing_type=step.column.type,
            existing_nullable=True,
            modify_nullable=False,
        )
        return (
            ops.AddColumnOp(table, copy, schema=schema),
            [self._update(need, value)],
            [Quiet.of(after), *for_filled(need.key, step.column)],
        )

    def _can_default(self, column: Column[Any]) -> bool:
        return self.database.can_default(stored_as(column.type, self.dialect))

    def _update(self, need: _Need, value: Value) -> Sql:
        table, column = quoted(self.dialect, *need.key), quoted(self.dialect, need.name)
        others = untouched(self.dialect, self.rows, self.models, need.key)
        if not need.is_new:
            self.filled[need.key, need.name] = value.sql
        return Sql(f"UPDATE {table} SET {column} = {value.sql}{others} WHERE {column} IS NULL")

    def _table_back(
        self,
        operation: ops.ModifyTableOps,
        around: Sequence[ops.MigrateOperation],
        parents: Parents,
    ) -> Iterator[ops.MigrateOperation]:
        added: list[ops.MigrateOperation] = []
        between: list[ops.MigrateOperation] = []
        rest: list[ops.MigrateOperation] = []
        for step in operation.ops:
            if not isinstance(step, ops.AddColumnOp) or not self._has_no_value(step):
                rest.append(step)
                continue
            need = _Need((step.schema, step.table_name), step.column.name, step.column, True)
            value, reason = self._stand_in(step, around, parents)
            if value is None:
                fails = f"this fails if {said(need.key)} has rows."
                rest += [Comment(f"The values of {need.place} are gone: {fails}"), step]
                continue
            add, update, after = self._added(need, step, value)
            words = f"The values of {need.place} are gone: rows get {value.sql}."
            if reason:
                words += f" Not every table with rows takes that: {reason}."
            added += [*_until_gone(rest, need.name), Comment(words), add]
            between += update
            rest += after
        if added:
            yield ops.ModifyTableOps(operation.table_name, added, schema=operation.schema)
        yield from between
        if rest:
            yield ops.ModifyTableOps(operation.table_name, rest, schema=operation.schema)

    def _stand_in(
        self, step: ops.AddColumnOp, around: Sequence[ops.MigrateOperation], parents: Parents
    ) -> tuple[Value | None, str]:
        place = (step.schema, step.table_name)
        key = KeyNow(self.rows, self.models, place)
        if step.column.name in key.before:
            return in_key(step.column, around, key, parents)
        return stand_in(step.column, around, key.single(), parents)


def _until_gone(steps: list[ops.MigrateOperation], name: str) -> list[ops.MigrateOperation]:
    """Take out what drops a column, and what comes before: another one has its name."""
    drops = (
        n
        for n, op in enumerate(steps, 1)
        if isinstance(op, ops.DropColumnOp) and op.column_name == name
    )
    count = next(drops, 0)
    taken = steps[:count]
    del steps[:count]
    return taken


@frozen
class _Need:
    """A column whose rows need a value."""

    key: Key
    name: str
    column: Column[Any]
    is_new: bool

    @property
    def place(self) -> str:
        return said(self.key, self.name)
