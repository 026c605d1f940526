"""Writes the ledger while revisions run: a row exists if and only if the version changed.

The row of a success is written through the connection that runs the revision, in the
transaction that changes the version table. The row of a failure is written afterwards, on
a connection of its own; where that does not work, nobody is bothered.
"""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timezone
from functools import cache, wraps
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from ..dialects import dialect_for
from ..frozen import frozen
from ..secrecy import without_passwords
from ..values import LogEntry
from .kinds import Kind, kind_of
from .ledger import DONE, FAILED, TABLE, Ledger
from .sources import checksum
from .store import TABLE as JOURNAL

_COUNTED = (Kind.DATA, Kind.SCHEMA, Kind.OPAQUE)
"""What is counted: statements that change something."""
_HARMLESS = (Kind.DATA, Kind.SCHEMA)
"""What changes neither the role, nor where names are looked up, nor what a trigger does."""
_MATTERS = re.compile(rf"\b(REVOKE|OWNED|{TABLE})\b", re.IGNORECASE)
"""What may keep a role from writing into the ledger all the same."""


@frozen
class Move:
    """A revision on its way: "upgrade", "downgrade" or "stamp", and the text of its file."""

    revision: str
    down_revisions: tuple[str, ...]
    message: str
    direction: str
    text: str


class Recorder:
    """The ledger of one database, in one run of revisions.

    :param tell: is told, once, why nothing can be written.
    """

    def __init__(self, ledger: Ledger, bind: str, tell: Callable[[str], None]) -> None:
        self.ledger = ledger
        self.bind = bind
        self.tell = tell
        self.usable: bool | None = None
        self.engine: Engine | None = None
        self.user = ""
        self.needs_savepoint = True
        """Whether a row that the server refuses would take the revision along."""
        self.is_sure = False
        """Whether it will be taken: one was, and nothing has happened that could matter."""
        self.running: Move | None = None
        self.started = _now()
        self.statements = 0

    def begins(self, connection: Connection, move: Move, *, spanned: bool) -> None:
        """A revision begins; before the first one the table is made.

        :param spanned: the connection is in a transaction that somebody else will end.
        """
        if self.usable is None:
            self.usable = self._prepared(connection, spanned)
            self.engine = connection.engine
        self.running, self.started, self.statements = move, _now(), 0

    def counting(self, function: Callable[..., Any], connection: Connection) -> Callable[..., Any]:
        """A revision's function, whose statements are counted."""

        @wraps(function)
        def call(**arguments: Any) -> None:
            self.statements = 0
            with _counted(connection, self._count):
                function(**arguments)

        return call

    def done(self, connection: Connection) -> None:
        """The version table was changed for the running revision."""
        move, self.running = self.running, None
        if move is None or not self.usable:
            return
        try:
            with connection.begin_nested() if self._is_doubtful(move) else nullcontext():
                self.ledger.add(connection, self._entry(move, DONE, ""), move.text)
            self.is_sure = True
        except DBAPIError as error:
            # Of a lost connection the revision itself must hear.
            if error.connection_invalidated:
                raise
            self._give_up(error)

    def _is_doubtful(self, move: Move) -> bool:
        """Whether the row needs a savepoint, which takes longer than the row itself.

        A database may not have all letters of a text.
        """
        is_plain = move.text.isascii() and move.message.isascii()
        return self.needs_savepoint and not (self.is_sure and is_plain)

    def failed(self, reason: str) -> None:
        """The running revision failed, and what it did is rolled back as far as it can be."""
        move = self.running
        if move is None or not self.usable or self.engine is None:
            return
        entry = self._entry(move, FAILED, without_passwords(reason))
        with suppress(Exception), _discreet(self.engine).connect() as connection:
            self.ledger.prepare(connection)  # a transaction over everything took it along
            self.ledger.add(connection, entry, move.text)
            connection.commit()

    def _prepared(self, connection: Connection, spanned: bool) -> bool:
        database = dialect_for(connection.engine.url, connection.dialect)
        self.needs_savepoint = database.failure_ends_transaction
        try:
            # Elsewhere none: MySQL ends it with the transaction, when the table is made.
            with connection.begin_nested() if spanned and self.needs_savepoint else nullcontext():
                self.user = database.user(connection)
                self.ledger.prepare(connection)
            if not spanned:
                connection.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            if not spanned:
                connection.rollback()
            self._give_up(error)
            return False
        return True

    def _give_up(self, error: DBAPIError) -> None:
        self.usable = False
        reason = str(error.orig).strip().partition("\n")[0]
        self.tell(
            f"nothing can be written into the table {self.ledger.table.fullname}, so"
            f" `flask db log` will not show this run: {reason}"
        )

    def _count(self, statement: str) -> None:
        kind = kind_of(statement)
        # The journal's notes go through the same connection.
        if kind in _COUNTED and JOURNAL not in statement:
            self.statements += 1
        if kind not in _HARMLESS or _MATTERS.search(statement):
            self.is_sure = False

    def _entry(self, move: Move, result: str, error: str) -> LogEntry:
        return replace(
            _here(),
            bind=self.bind,
            revision=move.revision,
            down_revisions=move.down_revisions,
            message=move.message,
            direction=move.direction,
            result=result,
            error=error,
            started=self.started,
            finished=_now(),
            statements=self.statements,
            checksum=checksum(move.text) if move.text else "",
            database_user=self.user,
        )


def _discreet(engine: Engine) -> Engine:
    """The same engine, which logs no values: an error may quote what is secret."""
    silent = engine.execution_options()
    silent.hide_parameters = True
    return silent


@contextmanager
def _counted(connection: Connection, count: Callable[[str], None]) -> Iterator[None]:
    def executed(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        count(statement)

    event.listen(connection, "after_cursor_execute", executed)
    try:
        yield
    finally:
        event.remove(connection, "after_cursor_execute", executed)


def _now() -> datetime:
    return datetime.now(timezone.utc)


@cache
def _here() -> LogEntry:
    """An entry that says who and where we are, and nothing else."""
    known = {"number": 0, "os_user": _os_user(), "host": _host(), "version": _version()}
    empty: dict[str, Any] = dict.fromkeys(LogEntry.__dataclass_fields__, "")
    return LogEntry(**{**empty, **known})


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def _host() -> str:
    with suppress(OSError):
        return socket.gethostname()
    return ""


def _version() -> str:
    try:
        return version("Flask-Godwit")
    except PackageNotFoundError:
        return ""
