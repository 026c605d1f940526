"""What a revision asks for while it is replayed: operations, and the statements they give."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from alembic.operations import ops
from alembic.operations.base import AbstractOperations, BatchOperations
from sqlalchemy.types import to_instance

from ..assurance import Assurance, assurances
from ..frozen import frozen

_INSIDE = ("alembic.operations", "alembic.ddl", "flask_godwit.sqlite")


@frozen
class Sentence:
    """A statement as it was about to be sent.

    ``times`` counts repetitions, one after the other; ``repeats`` are their texts, where every one
    was asked for. ``is_setting``: it only prepares the session for another one. ``in_batches``: it
    stands for a backfill. ``clauses``: a run sends it with the first of them that the server takes.
    ``no_copy``: why only the server copies the table for it, "" where a copy is made that others
    write to, None where nobody asked; ``ask_no_copy`` asks.
    """

    sql: str
    transactional: bool
    key: str
    times: int = 1
    repeats: tuple[str, ...] = ()
    is_setting: bool = False
    in_batches: bool = False
    clauses: tuple[str, ...] = ()
    no_copy: str | None = None
    ask_no_copy: Callable[[], str | None] | None = field(default=None, compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """Each statement that is sent."""
        return (self.sql, *self.repeats)


@frozen
class Recorded:
    """Alembic's operations, none where the script sent a statement itself, and their statements."""

    operations: tuple[Any, ...]
    sentences: tuple[Sentence, ...]
    line: int
    assured: tuple[Assurance, ...] = ()
    """What somebody says of them, with a reason."""


@dataclass
class _Draft:
    line: int
    assured: tuple[Assurance, ...] = field(default_factory=assurances)
    operations: list[Any] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    batch: Any = None
    repeats: list[list[str]] = field(default_factory=list)

    def add(self, new: Sentence) -> None:
        last = self.sentences[-1] if self.sentences else None
        if last is not None and (last.key, last.transactional) == (new.key, new.transactional):
            self.sentences[-1] = replace(last, times=last.times + new.times)
            self.repeats[-1] += new.texts
        else:
            self.sentences.append(new)
            self.repeats.append([*new.repeats])

    def recorded(self, *, complete: bool) -> Recorded:
        """What it became; with the texts of all repetitions if it is to be complete."""
        sentences = tuple(self.sentences)
        if complete:
            every = zip(self.sentences, self.repeats, strict=True)
            sentences = tuple(replace(sentence, repeats=tuple(more)) for sentence, more in every)
        return Recorded(tuple(self.operations), sentences, self.line, self.assured)


class Recorder:
    """Records one revision. ``files`` are the names by which Python knows its file."""

    def __init__(self, *files: str, complete: bool = False) -> None:
        self.files = files
        self.complete = complete
        self.reads: dict[int, None] = {}
        """The lines at which the script itself asks the database."""
        self._drafts: list[_Draft] = []
        self._running: list[Any] = []

    @property
    def steps(self) -> tuple[Recorded, ...]:
        """What was recorded, in order."""
        return tuple(draft.recorded(complete=self.complete) for draft in self._drafts)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of every operation of Alembic, whoever holds it. Process-wide, as Alembic is."""
        original = AbstractOperations.invoke

        def invoke(operations: Any, operation: Any) -> Any:
            self._began(operation, operations)
            self._running.append(operation)
            try:
                return original(operations, operation)
            finally:
                self._running.pop()

        AbstractOperations.invoke = invoke  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            AbstractOperations.invoke = original  # type: ignore[method-assign]

    def sent(self, sentence: Sentence) -> None:
        """A statement is about to be sent."""
        line, inside = self._whence()
        if not (inside and self._drafts) and not self._goes_on(line):
            self._drafts.append(_Draft(line))
        self._drafts[-1].add(sentence)

    def answers_nobody(self, statement: str) -> bool:
        """Whether what a statement returns is lost: ``op.execute`` gives it to nobody.

        What we ask ourselves meanwhile, to find a safe form for it, is another statement.
        """
        running = self._running[-1] if self._running else None
        if not isinstance(running, ops.ExecuteSQLOp):
            return False
        return _words(str(running.sqltext)) == _words(statement)

    def read(self) -> None:
        """Something is asked; by the script itself, or by Alembic for an operation."""
        line, inside = self._whence()
        if line and not inside:
            self.reads[line] = None

    def line_of(self, error: BaseException) -> int:
        """The line of the script that an error came through, 0 if none."""
        found, place = 0, error.__traceback__
        while place is not None:
            if place.tb_frame.f_code.co_filename in self.files:
                found = place.tb_lineno
            place = place.tb_next
        return found

    def _began(self, operation: Any, operations: Any) -> None:
        if self._running:
            return
        batch = operations.impl if isinstance(operations, BatchOperations) else None
        last = self._drafts[-1] if self._drafts else None
        if last is None or batch is None or last.batch is not batch:
            self._drafts.append(last := _Draft(self._whence()[0], batch=batch))
        last.operations.append(_with_types(operation))

    def _goes_on(self, line: int) -> bool:
        """Whether the script sends in the same line as before, as in a loop."""
        last = self._drafts[-1] if self._drafts else None
        return last is not None and not last.operations and last.line == line

    def _whence(self) -> tuple[int, bool]:
        """The line of the script that is being executed, and whether Alembic is at work in it."""
        frame, inside = sys._getframe(1), False
        while frame.f_back is not None:
            frame = frame.f_back
            if frame.f_code.co_filename in self.files:
                return frame.f_lineno, inside
            inside = inside or str(frame.f_globals.get("__name__", "")).startswith(_INSIDE)
        return 0, inside


def _words(statement: str) -> list[str]:
    """A statement to compare: drivers are given a percent sign twice."""
    return statement.replace("%%", "%").split()


def _with_types(operation: Any) -> Any:
    """An operation for which somebody gave the class of a type: whoever asks it has an object."""
    if isinstance(operation, ops.AlterColumnOp):
        for name in ("modify_type", "existing_type"):
            if isinstance(getattr(operation, name), type):
                setattr(operation, name, to_instance(getattr(operation, name)))
    return operation
