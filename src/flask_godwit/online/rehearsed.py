"""The safe forms where nothing is done: in a plan, and in a script without a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, text

from ..dialects import Database, dialect_for, name_of
from ..errors import OnlineToolFailed, TableMissing
from ..mysql.statement import as_ddl
from ..retry import Limits
from ..steps import spans_revisions
from .asserted import OPERATIONS, Asserted, Order, as_alter, foreign_key_of
from .forms import Part, SafeForm
from .outside import Outside, settings_around
from .road import Invoke, Road
from .run import road_for
from .seen import seen_in

SETTING = "godwit_setting"
"""The execution option of a statement that only sets something for the next one."""
CLAUSES = "godwit_clauses"
"""The execution option with the clauses that a run tries, the cheapest first."""
NO_COPY = "godwit_no_copy"
"""The execution option with what tells why only the server copies the table, "" for no reason."""


def rehearsal_of(context: MigrationContext, limits: Limits) -> Rehearsed | None:
    """What says the safe forms in a rehearsal, or in a script; None where there are none."""
    kind = road_for(context)
    if kind is None or spans_revisions(context):
        return None
    return (RehearsedOutside if kind is Outside else RehearsedAsserted)(context, limits)


class Rehearsed(Road):
    """One rehearsal on one database, while ``carried_out_by`` lets operations through it.

    ``given`` are the limits of the revision that is looked at.
    """

    def __init__(self, context: MigrationContext, limits: Limits) -> None:
        super().__init__(context, lambda bind, words: None)
        self.given = limits
        self.renamed: dict[str, str] = {}
        """What tables are called in the database, by what the run has made of it."""
        self._large: dict[tuple[str, ...], bool] = {}

    def parts_of(self, operation: Any) -> tuple[Any, ...]:
        """By the size of the table only: no run was cut off."""
        table, schema = getattr(operation, "table_name", None), getattr(operation, "schema", None)
        if table is None or not (self.context.as_sql or self._is_top()):
            return ()
        name = self.name_of_table(table, schema)
        parts = () if name in self.new else self.parts_for(operation)
        return parts if parts and self.is_large([name]) else ()

    def _is_top(self) -> bool:
        """Whether the script itself has not begun a transaction."""
        return not self.connection.in_nested_transaction()

    @property
    def database(self) -> Database:
        if not self.context.as_sql:
            return super().database
        dialect = self.context.dialect
        return dialect_for(URL.create(name_of(dialect)), dialect)

    def note(self, operation: Any) -> None:
        """Also what is renamed: the tables keep their size."""
        super().note(operation)
        if self.context.as_sql:
            seen_in(self.context).note(operation)
        if isinstance(operation, ops.RenameTableOp):
            old = self.name_of_table(operation.table_name, operation.schema)
            new = self.name_of_table(operation.new_table_name, operation.schema)
            self.renamed[new] = self.renamed.pop(old, old)

    def is_large(self, tables: Any) -> bool:
        """By their size, which nothing changes meanwhile; without a database any may be large."""
        if self.context.as_sql:
            return True
        there = tuple(self.renamed.get(table, table) for table in tables)
        if there not in self._large:
            self._large[there] = super().is_large(there)
        return self._large[there]


class RehearsedOutside(Rehearsed, Outside):
    """PostgreSQL: the parts of a form, and what is set around each."""

    def carry_out(self, form: SafeForm) -> None:
        """Say what would be sent."""
        with self.context.autocommit_block():
            leftover = "" if self.context.as_sql else form.leftover(self.connection)
            if leftover:
                self._say(leftover)
            for part in form.parts:
                self._say_part(part)

    def may_commit(self) -> bool:
        """As in a run: not in a transaction that the script itself began."""
        return self.context.as_sql or not self.connection.in_nested_transaction()

    def is_wanted(self, form: SafeForm) -> bool:
        """By the size of the tables; without a database every table may be large."""
        if form.always:
            return True
        if not form.tables or form.tables[0] in self.new:
            return False
        if self.context.as_sql:
            return True
        return self.is_large(form.tables) and form.applies(self.connection)

    def _say_part(self, part: Part) -> None:
        before, after = settings_around(part, self.given)
        for setting in () if self.context.as_sql else before:
            self._set(setting)
        self._say(part.statement)
        for setting in () if self.context.as_sql else after:
            self._set(setting)

    def _say(self, statement: Any) -> None:
        if self.context.as_sql and isinstance(statement, str):
            self.context.impl.static_output(f"{statement};")
        elif self.context.as_sql:
            self.context.impl._exec(statement)
        else:
            self._execute(statement)

    def _set(self, setting: str) -> None:
        self.connection.execute(text(setting), execution_options={SETTING: True})


class RehearsedAsserted(Rehearsed, Asserted):
    """MySQL and MariaDB: each statement with the clauses that a run would try."""

    def go(self, operations: Any, operation: Any, invoke: Invoke) -> Any:
        parts = self.parts_of(operation) if isinstance(operation, ops.AddColumnOp) else ()
        if parts:
            for part in parts:
                self.go(operations, part, invoke)
            return None
        if not (isinstance(operation, OPERATIONS) and self._is_wanted(operation)):
            return invoke(operations, operation)
        if self.context.as_sql:
            return self._write(operations, operation, invoke)
        for order in self._orders(operation, invoke):
            with self._as_run(order):
                statement = as_alter(order.text)
                clauses, no_copy = self._rungs(statement), partial(self._no_copy, order)
                options = {**order.options, CLAUSES: clauses, NO_COPY: no_copy}
                self.connection.execute(as_ddl(statement), execution_options=options)
        return None

    @contextmanager
    def _as_run(self, order: Order) -> Iterator[None]:
        """Orphans are looked for beside the traffic."""
        if foreign_key_of(order.construct) is None:
            yield
            return
        checks = "SET SESSION foreign_key_checks ="
        self.connection.exec_driver_sql(f"{checks} 0")
        yield
        self.connection.exec_driver_sql(f"{checks} 1")

    def _no_copy(self, order: Order) -> str | None:
        """Why a copy of the table, if it needs one, is not one that others write to."""
        copy = self.copy_of(order)
        try:
            return copy.why_not() if copy else None
        except (OnlineToolFailed, TableMissing):  # a run says that; or the script makes the table
            return None

    def _is_asked(self) -> bool:
        return True

    def _write(self, operations: Any, operation: Any, invoke: Invoke) -> Any:
        """Without a database: what a run would send is not known in full, but what it is."""
        impl = self.context.impl
        if isinstance(operation, ops.CreateForeignKeyOp):
            impl.static_output("SET SESSION foreign_key_checks = 0;")
            invoke(operations, operation)
            impl.static_output("SET SESSION foreign_key_checks = 1;")
            return None
        if isinstance(operation, ops.AlterColumnOp) and _only_renames(operation):
            table = self.quoted(operation.table_name, operation.schema)
            quote = self.context.dialect.identifier_preparer.quote
            old, new = quote(operation.column_name), quote(str(operation.modify_name))
            impl.static_output(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new};")
            return None
        return invoke(operations, operation)


def _only_renames(operation: ops.AlterColumnOp) -> bool:
    return operation.modify_name is not None and not operation.has_changes()
