"""Stands in the road of every operation, and carries out the safe form of those that have one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from alembic.operations import BatchOperations, ops
from alembic.operations.base import AbstractOperations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..assurance import assurances
from ..dialects import dialect_for, name_of
from ..operations.surroundings import surroundings_of
from ..retry import Limits
from .blocks import block_of, open_blocks
from .forms import Makers, Part, SafeForm
from .postgresql import MAKERS

_MAKERS: dict[str, Makers] = {"postgresql": MAKERS}

Tell = Callable[[str, str], None]
"""Told of the bind, and of what is done in a safe form."""


@contextmanager
def online(context: MigrationContext, tell: Tell) -> Iterator[None]:
    """While this lasts, operations on large tables take their safe form. Process-wide, as
    Alembic is.
    """
    makers = _MAKERS.get(name_of(context.dialect), {})
    around = surroundings_of(context)
    if not (makers and around.settings.online and around.commits):
        yield
        return
    run = Online(context, makers, tell)
    original = AbstractOperations.invoke

    def invoke(operations: Any, operation: Any) -> Any:
        block = block_of(operations) if run.concerns(operations) else None
        if block is not None and block.keep(operation, invoke):
            return None
        form = run.form_of(operations, operation)
        if form is None:
            return original(operations, operation)
        run.carry_out(form)
        return None if form.after is None else original(operations, form.after)

    AbstractOperations.invoke = invoke  # type: ignore[assignment, method-assign]
    try:
        with open_blocks():
            yield
    finally:
        AbstractOperations.invoke = original  # type: ignore[method-assign]


class Online:
    """One run on one database."""

    def __init__(self, context: MigrationContext, makers: Makers, tell: Tell) -> None:
        assert context.connection is not None
        self.context = context
        self.makers = makers
        self.tell = tell
        self.around = surroundings_of(context)
        self.new: set[str] = set()
        """The tables that this run makes, quoted: nobody uses them yet."""

    @property
    def connection(self) -> Connection:
        connection = self.context.connection
        assert connection is not None
        return connection

    def concerns(self, operations: Any) -> bool:
        """Whether operations of that kind may take another form."""
        return operations.migration_context is self.context and not assurances()

    def form_of(self, operations: Any, operation: Any) -> SafeForm | None:
        """The form in which an operation is carried out; None if it is as the script says."""
        if operations.migration_context is not self.context:
            return None
        self._note_new(operation)
        make = self.makers.get(type(operation))
        if make is None or assurances() or isinstance(operations, BatchOperations):
            return None
        form = make(operation, self.context) if self._may_commit() else None
        return form if form is not None and self._is_wanted(form) else None

    def carry_out(self, form: SafeForm) -> None:
        """Commit what the revision did so far, do the parts, and begin a new transaction."""
        self.tell(self.around.bind, form.words)
        with self._outside():
            done: list[Part] = []
            for part in form.parts:
                self._clear(form)
                try:
                    self._send(part)
                except IntegrityError:
                    self._take_back(form, done)
                    raise
                done.append(part)

    def _note_new(self, operation: Any) -> None:
        if isinstance(operation, ops.CreateTableOp):
            self.new.add(self._quoted(operation.table_name, operation.schema))
        if not isinstance(operation, ops.RenameTableOp):
            return
        if self._quoted(operation.table_name, operation.schema) in self.new:
            self.new.add(self._quoted(operation.new_table_name, operation.schema))

    def _quoted(self, table: str, schema: str | None) -> str:
        preparer = self.context.dialect.identifier_preparer
        return str(preparer.format_table(Table(table, MetaData(), schema=schema)))

    def _may_commit(self) -> bool:
        """Whether the transaction is Alembic's own, and nothing else is open in it."""
        ours = self.context._transaction
        journal = self.around.journal
        return (
            journal is not None
            and journal.active
            and ours is not None
            and ours.is_active
            and not self.connection.in_nested_transaction()
        )

    def _is_wanted(self, form: SafeForm) -> bool:
        """As the last run decided, if it was cut off after that; else by the size of the tables."""
        journal = self.around.journal
        assert journal is not None
        if journal.has_more:
            return journal.is_ahead(form.parts[0].sql(self.context.dialect))
        if not form.tables or form.tables[0] in self.new:
            return False
        database = dialect_for(self.connection.engine.url, self.connection.dialect)
        sizes = database.sizes(self.connection, form.tables)
        small = self.around.settings.small_table_rows
        is_large = any(rows >= small for rows, _ in sizes.values())
        return is_large and form.applies(self.connection)

    @contextmanager
    def _outside(self) -> Iterator[None]:
        for guard in self.around.guards:
            guard.leaves()
        try:
            with self.context.autocommit_block():
                yield
        finally:
            for guard in self.around.guards:
                guard.returns()

    def _clear(self, form: SafeForm) -> None:
        """Remove what an attempt left that failed. No part of the revision, so not noted."""
        assert self.around.journal is not None
        with self.around.journal.aside():
            remove = form.leftover(self.connection)
            if remove:
                self._execute(remove)

    def _take_back(self, form: SafeForm, done: list[Part]) -> None:
        """Rows are in the way: nothing shall stay that would refuse new ones."""
        journal = self.around.journal
        assert journal is not None
        self._clear(form)
        for part in reversed(done):
            if part.undo:
                journal.take_back(part.sql(self.context.dialect), part.undo)

    def _send(self, part: Part) -> None:
        limits = self._limits()
        attempts = limits.attempts()
        database = dialect_for(self.connection.engine.url, self.connection.dialect)
        with self._waiting(limits, part):
            while True:
                try:
                    return self._execute(part.statement)
                except DBAPIError as error:
                    in_the_way = error.orig is not None and database.gives_way(error.orig)
                    if not in_the_way or attempts.spent:
                        raise
                    statement = error.statement or ""
                attempts.step_aside(statement, tuple)

    def _limits(self) -> Limits:
        journal = self.around.journal
        assert journal is not None
        return self.around.limits.of(journal.running.module)

    @contextmanager
    def _waiting(self, limits: Limits, part: Part) -> Iterator[None]:
        """A lock that others queue behind is waited for briefly only."""
        lock = limits.lock_seconds if part.brief else 0
        self._execute(f"SET lock_timeout = {int(lock * 1000)}")
        self._execute(f"SET statement_timeout = {int(limits.statement_seconds * 1000)}")
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a lost connection takes its settings along
                self._execute("RESET lock_timeout")
                self._execute("RESET statement_timeout")

    def _execute(self, statement: Any) -> None:
        if isinstance(statement, str):
            plain = {"no_parameters": True}
            self.connection.exec_driver_sql(statement.replace("%%", "%"), execution_options=plain)
        else:
            self.connection.execute(statement)
