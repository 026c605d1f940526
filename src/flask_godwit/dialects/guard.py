"""What is wrapped around revisions, and around their statements, to make them safe.

Guards form a chain. Around a revision the first is the innermost; around a statement the
first is the outermost: it decides first whether the statement is sent at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event

from ..errors import Interrupted
from ..frozen import frozen
from ..values import STATEMENT_NAME

Execute = Callable[["Sent"], bool | None]

INSTEAD = "godwit_instead"
"""The execution option with what is called in the place of the driver, to the same effect."""

OutsideTransaction = Callable[[Callable[[], None]], None]
"""Rolls back, does something while no transaction is open, and begins a new one."""


@frozen
class Running:
    """The revision that is run: its identifier, "upgrade" or "downgrade", its file and module."""

    revision: str
    direction: str
    path: str
    module: object = None


@frozen
class Sent:
    """A statement on its way to the driver. ``parameters`` is None when there can be none."""

    cursor: Any
    statement: str
    parameters: Any
    context: Any
    many: bool = False

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's connection that the statement was given to."""
        connection: Connection = self.context.root_connection
        return connection

    @property
    def name(self) -> str:
        """What the journal knows the statement by."""
        options = getattr(self.context, "execution_options", {})
        return str(options.get(STATEMENT_NAME, self.statement))

    @property
    def instead(self) -> Callable[[], None] | None:
        """What is done in its place, where the driver is not asked."""
        options = getattr(self.context, "execution_options", {})
        found: Callable[[], None] | None = options.get(INSTEAD)
        return found

    def go(self) -> None:
        """Let the driver execute it."""
        if self.instead is not None:
            self.instead()
            return
        dialect = self.context.dialect
        if self.many:
            dialect.do_executemany(self.cursor, self.statement, self.parameters, self.context)
        elif self.parameters is None:
            dialect.do_execute_no_params(self.cursor, self.statement, self.context)
        else:
            dialect.do_execute(self.cursor, self.statement, self.parameters, self.context)


class Guard:
    """What is wrapped around revisions to make them safe. The base does nothing."""

    def run(self) -> AbstractContextManager[None]:
        """Around all revisions of a run."""
        return nullcontext()

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        """The function of one revision, made safe."""
        return function

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        """Around one statement of the connection: ``go`` sends it."""
        go()

    def leaves(self) -> None:
        """A revision's transaction is about to be committed in the middle of the revision."""

    def returns(self) -> None:
        """The revision goes on in a new transaction."""

    def applied(self) -> None:
        """The version table was changed for the revision; its transaction is still open."""

    def finished(self, outside: OutsideTransaction) -> None:
        """After the transaction of one revision."""


class PoliteStop(Guard):
    """Stops a revision between two statements when somebody asks for it.

    Nothing is lost by that: the transaction is rolled back, or the journal knows what was done.
    """

    def __init__(self, asked: Callable[[], bool]) -> None:
        self.asked = asked
        self.active = False
        self.left_out = False
        """Whether a statement of the revision was not sent, or failed after somebody asked."""

    def step(
        self, function: Callable[..., None], outside: OutsideTransaction, running: Running
    ) -> Callable[..., None]:
        def call(**arguments: Any) -> None:
            self.active, self.left_out = True, False
            try:
                function(**arguments)
            finally:
                self.active = False
            if self.left_out:  # and the script caught that
                raise Interrupted("Stopped.")

        return call

    def statement(self, sent: Sent, go: Callable[[], None]) -> None:
        if self.active and self.asked():
            self.left_out = True
            raise Interrupted("Stopped.")
        try:
            go()
        except BaseException:
            self.left_out = self.left_out or self.asked()
            raise


@contextmanager
def intercepted(engines: Iterable[Engine], execute: Execute) -> Iterator[None]:
    """Ask ``execute`` about every statement: true means that the driver must not be asked."""

    def one(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        return execute(Sent(cursor, statement, parameters, context))

    def many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        return execute(Sent(cursor, statement, parameters, context, many=True))

    def plain(cursor: Any, statement: str, context: Any) -> bool | None:
        return execute(Sent(cursor, statement, None, context))

    listeners: dict[str, Callable[..., bool | None]] = {
        "do_execute": one,
        "do_executemany": many,
        "do_execute_no_params": plain,
    }
    heard = [(engine, *entry) for engine in engines for entry in listeners.items()]
    for engine, name, function in heard:
        event.listen(engine, name, function)
    try:
        yield
    finally:
        for engine, name, function in heard:
            event.remove(engine, name, function)


@contextmanager
def watched(connection: Connection, guards: Sequence[Guard]) -> Iterator[None]:
    """Send every statement of a connection through the guards.

    At SQLAlchemy's last step before the driver, so that it does not matter who sent it:
    an operation, a session, a string.
    """

    inside = False

    def execute(sent: Sent) -> bool | None:
        nonlocal inside
        context = sent.context
        # Another connection of the same engine is not ours to guard, nor is what a guard sends.
        if context is None or context.root_connection is not connection or inside:
            return None
        go = sent.go
        for guard in reversed(guards):
            go = partial(guard.statement, sent, go)
        inside = True
        try:
            go()
        finally:
            inside = False
        return True

    with intercepted([connection.engine], execute):
        yield
