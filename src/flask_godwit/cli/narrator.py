"""What is told while revisions run: lines for a person or a log, events for a machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..listener import Listener
from .recorded import by
from .setup import short_path
from .stopping import Wish
from .units import size

if TYPE_CHECKING:
    from ..values import BackfillProgress, BackupMade, LogEntry, Progress, Step
    from .console import Console
    from .options import Call

_FIRST_LINE_SECONDS = 5.0
_GROWTH = 2.0
_LONGEST_SECONDS = 300.0


def listener(call: Call, sql: bool, wish: Wish | None = None) -> Listener:
    """Who listens to a command that runs revisions."""
    kind = Events if call.json else Narrator
    return kind(call.console, wish or Wish(), sql=sql)


class Wished(Listener):
    """Stops where somebody wishes it."""

    def __init__(self, console: Console, wish: Wish, *, sql: bool) -> None:
        self.console = console
        self.wish = wish
        self.sql = sql
        self.due = Due()

    def stops(self) -> bool:
        return self.wish.stop

    def sends(self, cancel: Callable[[], None] | None) -> None:
        self.wish.cancel = cancel

    def began(self, step: Step) -> None:
        self.wish.running = True

    def done(self, step: Step) -> None:
        self.wish.running = False


class Due:
    """When a statement that takes long is told of again: after 5 seconds, 10, 20, 40, …"""

    def __init__(self) -> None:
        self.last = 0.0
        self.next = _FIRST_LINE_SECONDS

    def is_now(self, seconds: float) -> bool:
        """Asked with the age of the statement; with a younger one it begins anew."""
        if seconds < self.last:
            self.next = _FIRST_LINE_SECONDS
        self.last = seconds
        if seconds < self.next:
            return False
        self.next = min(self.next * _GROWTH, self.next + _LONGEST_SECONDS)
        return True


class Narrator(Wished):
    """For a person: a live line on a terminal, plain lines in a log."""

    def began(self, step: Step) -> None:
        super().began(step)
        if not self.sql and step.direction != "stamp":
            self.console.say(f"{step.direction} {_where(step.bind)}{step.revision}, {step.message}")

    def progressed(self, progress: Progress) -> None:
        if self.console.is_live:
            self.console.passing(_progress(progress))
        elif self.due.is_now(progress.seconds):
            self.console.note(_progress(progress))

    def sends(self, cancel: Callable[[], None] | None) -> None:
        super().sends(cancel)
        if cancel is None:
            self.console.passed()

    def waiting(self, bind: str, holder: str) -> None:
        where = f" on bind {bind}" if bind else ""
        self.console.note(f"Waiting for another migration{where}: {holder or 'somebody'}")

    def lost(self, bind: str, reason: str) -> None:
        where = f" on bind {bind}" if bind else ""
        self.console.note(f"The connection was lost{where}, trying again. {reason}")

    def blocked(self, statement: str, blockers: Sequence[str]) -> None:
        self.console.note(f"No lock yet, trying again: {statement[:100]}")
        for blocker in blockers:
            self.console.note(f"  held by {blocker}")

    def backed_up(self, backup: BackupMade) -> None:
        self.console.say(f"Backup: {short_path(backup.path)} ({size(backup.size)})")
        self.console.say(f"  to have it back: {backup.restore_command}")

    def remembered(self, entry: LogEntry) -> None:
        self.console.note(
            f"{entry.revision} has no file: what runs is its file of"
            f" {entry.started:%Y-%m-%d %H:%M} UTC, as {by(entry)} applied it."
        )

    def backfilled(self, progress: BackfillProgress) -> None:
        self.console.say(_so_far(progress))

    def left_for_later(self, bind: str, table: str) -> None:
        self.console.say(
            f"  {_where(bind)}backfill of {table} is left for later: flask db backfill"
        )

    def made_safe(self, bind: str, text: str) -> None:
        self.console.say(f"  {_where(bind)}online: {text}")

    def warned(self, text: str) -> None:
        self.console.warn(text)


class Events(Wished):
    """For a machine: one JSON object a line, on stderr, beside the result on stdout."""

    def _tell(self, event: str, **fields: Any) -> None:
        self.console.event({"event": event, **fields})

    def began(self, step: Step) -> None:
        super().began(step)
        self._tell("began", step=step)

    def done(self, step: Step) -> None:
        super().done(step)
        self._tell("done", step=step)

    def progressed(self, progress: Progress) -> None:
        if self.due.is_now(progress.seconds):
            self._tell("progress", progress=progress)

    def waiting(self, bind: str, holder: str) -> None:
        self._tell("waiting", bind=bind, holder=holder)

    def lost(self, bind: str, reason: str) -> None:
        self._tell("lost", bind=bind, reason=reason)

    def blocked(self, statement: str, blockers: Sequence[str]) -> None:
        self._tell("blocked", statement=statement, blockers=list(blockers))

    def backed_up(self, backup: BackupMade) -> None:
        self._tell("backed_up", backup=backup)

    def remembered(self, entry: LogEntry) -> None:
        self._tell("remembered", entry=entry)

    def backfilled(self, progress: BackfillProgress) -> None:
        self._tell("backfill", progress=progress)

    def left_for_later(self, bind: str, table: str) -> None:
        self._tell("left_for_later", bind=bind, table=table)

    def made_safe(self, bind: str, text: str) -> None:
        self._tell("made_safe", bind=bind, text=text)

    def warned(self, text: str) -> None:
        self._tell("warning", text=text)


def _where(bind: str) -> str:
    return f"[{bind}] " if bind else ""


def _progress(progress: Progress) -> str:
    """``  r2: 41 s, 37.5 %, 120,000 rows, building index: CREATE INDEX …``"""
    known = [f"{progress.seconds:.0f} s"]
    if progress.percent is not None:
        known.append(f"{progress.percent:.0f} %")
    if progress.rows is not None:
        known.append(f"{progress.rows:,} rows")
    if progress.phase:
        known.append(progress.phase)
    text = f"  {_where(progress.bind)}{progress.revision}: {', '.join(known)}"
    if progress.waits_for:
        return f"{text}, waits for {progress.waits_for[0]}"
    return f"{text}: {progress.statement[:100]}"


def _so_far(progress: BackfillProgress) -> str:
    """``  users: 4,000 rows changed, 40 %, 8,000 rows/s, 12 s left``"""
    where = f"[{progress.bind}] " if progress.bind else ""
    work, verb = ("copy", "copied") if progress.copies else ("backfill", "changed")
    changed = f"  {where}{work} of {progress.table}: {progress.rows:,} rows {verb}"
    if progress.done:
        return f"{changed} in {progress.seconds:.1f} s ({progress.rate:,.0f} rows/s)"
    part = progress.seen / progress.total if progress.total else 0
    left = progress.seconds_left
    rest = "" if left is None else f", {left:,.0f} s left"
    return f"{changed}, {part:.0%}, {progress.rate:,.0f} rows/s{rest}"
