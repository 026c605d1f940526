"""PostgreSQL's way: the revision's transaction is committed, and each part sent outside of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError

from ..dialects.guard import INSTEAD
from ..errors import RowsInTheWay
from ..retry import Limits
from ..values import STATEMENT_NAME
from .forms import Part, SafeForm
from .postgresql import MAKERS
from .retype import retyped
from .road import Invoke, Road, tables_of


class Outside(Road):
    """One run on one database of PostgreSQL."""

    def go(self, operations: Any, operation: Any, invoke: Invoke) -> Any:
        parts = self.parts_of(operation)
        if parts:
            for part in parts:
                self.go(operations, part, invoke)
            return None
        form = self.form_of(operation)
        if form is None:
            return invoke(operations, operation)
        self.carry_out(form)
        return None if form.after is None else invoke(operations, form.after)

    def name_of_table(self, table: str, schema: str | None) -> str:
        return self.quoted(table, schema)

    def parts_for(self, operation: Any) -> tuple[Any, ...]:
        return super().parts_for(operation) or retyped(operation, self.context)

    def parts_of(self, operation: Any) -> tuple[Any, ...]:
        return super().parts_of(operation) if self.may_commit() else ()

    def form_of(self, operation: Any) -> SafeForm | None:
        """The form in which an operation is carried out; None if it is as the script says."""
        make = MAKERS.get(type(operation))
        if make is None or self._is_about_new(operation) or not self.may_commit():
            return None
        form = make(operation, self.context)
        return form if form is not None and self.is_wanted(form) else None

    def _is_about_new(self, operation: Any) -> bool:
        """Whether nobody uses its table yet. Asked first: a form asks the database."""
        tables = tables_of(operation)
        return bool(tables) and self.name_of_table(*tables[0]) in self.new

    def carry_out(self, form: SafeForm) -> None:
        """Commit what the revision did so far, do the parts, and begin a new transaction."""
        self.tell(self.around.bind, form.words)
        with self._outside():
            done: list[Part] = []
            for part in form.parts:
                self._clear(form)
                try:
                    self._send(part)
                except IntegrityError as error:
                    self._take_back(form, done)
                    if form.refusal:
                        raise RowsInTheWay(form.refusal) from error
                    raise
                done.append(part)

    def may_commit(self) -> bool:
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

    def is_wanted(self, form: SafeForm) -> bool:
        """As the last run decided, if it was cut off after that; else by the size of the tables."""
        journal = self.around.journal
        assert journal is not None
        if journal.has_more:
            return journal.is_ahead(form.parts[0].known_by(self.context.dialect))
        if form.always:
            return True
        if not form.tables or form.tables[0] in self.new:
            return False
        return self.is_large(form.tables) and form.applies(self.connection)

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
                journal.take_back(part.known_by(self.context.dialect), part.undo)

    def _send(self, part: Part) -> None:
        limits = self._limits()
        attempts = limits.attempts()
        database = self.database
        with self._waiting(limits, part):
            while True:
                try:
                    return self._execute(part.statement, self._options(part))
                except DBAPIError as error:
                    in_the_way = error.orig is not None and database.gives_way(error.orig)
                    if not in_the_way or attempts.spent:
                        raise
                    statement = error.statement or ""
                attempts.step_aside(statement, tuple)

    def _options(self, part: Part) -> dict[str, Any]:
        """What is to be known of a part besides its text."""
        assert self.around.journal is not None
        with self.around.journal.aside():
            rest = part.rest(self.connection)
        options: dict[str, Any] = {STATEMENT_NAME: part.name} if part.name else {}
        return {**options, INSTEAD: partial(self._execute, rest)} if rest else options

    def _limits(self) -> Limits:
        journal = self.around.journal
        assert journal is not None
        return self.around.limits.of(journal.running.module)

    @contextmanager
    def _waiting(self, limits: Limits, part: Part) -> Iterator[None]:
        """A lock that others queue behind is waited for briefly only."""
        before, after = settings_around(part, limits)
        for setting in before:
            self._execute(setting)
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a lost connection takes its settings along
                for setting in after:
                    self._execute(setting)

    def _execute(self, statement: Any, options: Mapping[str, Any] | None = None) -> None:
        if isinstance(statement, str):
            plain = {"no_parameters": True, **(options or {})}
            self.connection.exec_driver_sql(statement.replace("%%", "%"), execution_options=plain)
        else:
            self.connection.execute(statement, execution_options=options)


def settings_around(part: Part, limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is set before a part, and what after it."""
    lock = limits.lock_seconds if part.brief else 0
    before = (
        f"SET lock_timeout = {int(lock * 1000)}",
        f"SET statement_timeout = {int(limits.statement_seconds * 1000)}",
    )
    return before, ("RESET lock_timeout", "RESET statement_timeout")
