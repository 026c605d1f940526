"""A revision that failed: which line of which file, which statement, what to type next."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from sqlalchemy.exc import DBAPIError, StatementError

from .errors import Failure, GodwitError, JournalConflict, LockNotFree, MigrationFailed, Outage
from .journal.ledger import TABLE as LEDGER
from .journal.store import TABLE as JOURNAL
from .values import Step

_LONGEST_STATEMENT = 500


def explain_failure(
    step: Step,
    error: Exception,
    *,
    applied: tuple[str, ...],
    current: tuple[str, ...] | None,
    kept: tuple[str, ...] = (),
) -> MigrationFailed:
    """The clear form of what a revision raised while it ran.

    :param kept: its statements that took effect and are noted in the journal.
    """
    origin = _origin(error)
    file, line = _place(origin, step.path)
    failure = Failure(
        revision=step.revision,
        message=step.message,
        direction=step.direction,
        bind=step.bind,
        file=short_path(file),
        line=line,
        statement=_statement(origin),
        reason=_reason(error, step),
        applied=applied,
        current=current,
        kept=kept,
        more=error.detail if isinstance(error, GodwitError) else "",
    )
    return MigrationFailed(failure, hint=_hint(step, error))


def _origin(error: BaseException) -> BaseException:
    """The driver's error, where ours stands for it."""
    cause = error.__cause__
    return cause if isinstance(error, GodwitError) and isinstance(cause, DBAPIError) else error


def _place(error: BaseException, path: str) -> tuple[str, int]:
    """The innermost line of the revision's file that was being executed."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _same(f.filename, path)]
    return (path, frames[-1].lineno or 0) if frames else (path, 0)


def _same(one: str, other: str) -> bool:
    return bool(other) and Path(one).absolute() == Path(other).absolute()


def short_path(file: str) -> str:
    """A file as a person in the working directory names it."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def _statement(error: BaseException) -> str:
    statement = error.statement if isinstance(error, StatementError) else None
    if statement and any(table in statement for table in (JOURNAL, LEDGER)):
        return ""  # a note of ours: the script has no such statement
    doubled = isinstance(error, DBAPIError) and not error.params and _doubles_percents(error.orig)
    text = (statement or "").replace("%%", "%") if doubled else statement or ""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_STATEMENT else f"{words[:_LONGEST_STATEMENT]} …"


def _doubles_percents(error: BaseException | None) -> bool:
    """Whether the driver that raised an error is given each ``%`` twice."""
    driver = sys.modules.get(type(error).__module__.partition(".")[0])
    return getattr(driver, "paramstyle", "") in ("format", "pyformat")


def _reason(error: Exception, step: Step) -> str:
    if isinstance(error, AttributeError) and error.name == step.direction:
        return f"its file has no {step.direction}() function"
    return reason_of(error)


def reason_of(error: Exception) -> str:
    """What an error says, without what SQLAlchemy puts around it."""
    if isinstance(error, GodwitError):
        return error.message
    if isinstance(error, DBAPIError) and error.orig is not None:
        return str(error.orig).strip()
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _hint(step: Step, error: Exception) -> str:
    own = error.hint if isinstance(error, GodwitError) else ""
    if isinstance(error, JournalConflict):
        return own
    again = f"flask db {step.direction}"
    bind = f" --bind {step.bind}" if step.bind else ""
    if isinstance(error, Outage | LockNotFree):
        return f"{own}\nThen: {again}{bind}"
    last = f"Correct the script (or the data), then: {again}{bind}\n--traceback shows the rest."
    return f"{own}\n{last}" if own else last
