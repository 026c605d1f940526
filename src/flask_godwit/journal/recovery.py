"""At the start of a run: what an earlier one left half applied, and whether it can be finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..dialects.witness import Witness
from ..errors import JournalConflict
from ..frozen import frozen
from ..retry import LONGER, Limits
from ..values.recorded import so_far
from .entries import BEGUN, DONE, FAILED, Entry
from .store import Store

Unfinished = dict[tuple[str, str], list[Entry]]
"""(revision, direction) -> what was done of it."""

IsApplied = Callable[[str], bool]
"""Whether the version table says that a revision, or one that builds on it, is applied."""


@frozen
class Recovery:
    """Reads the journal, and lets the session of a dead run come to its end."""

    store: Store
    witness: Witness
    limits: Limits
    is_applied: IsApplied

    def read(self, refresh: Callable[[], None]) -> Unfinished:
        """The revisions that are half applied; none of them is being worked on any more.

        :param refresh: lets the connection see what others have committed.
        :raises JournalConflict: the session of an earlier run goes on for longer than we wait.
        """
        found = self.store.read()
        attempts = self.limits.attempts()
        while working := self._still_working(found):
            if attempts.spent:
                raise JournalConflict(
                    "The session of an earlier run is still at work on it.",
                    detail=f"  statement: {working}",
                    hint=LONGER,
                )
            attempts.step_aside(working, lambda: ["the session of an earlier run, still at work"])
            refresh()
            found = self.store.read()
        return self._without_finished(found)

    def _still_working(self, found: Unfinished) -> str:
        """The last statement of a session that still lives, "" if none does."""
        last = {
            entry.session: entry.statement
            for entries in found.values()
            for entry in entries
            if entry.session
        }
        return next((last[session] for session in last if self.witness.lives(session)), "")

    def _without_finished(self, found: Unfinished) -> Unfinished:
        """Forget revisions that were finished by other means, such as ``stamp``."""
        left = dict(found)
        for revision, direction in found:
            if self.is_applied(revision) is (direction == "upgrade"):
                self.store.clear(revision, direction)
                del left[revision, direction]
        return left


def refuse_other(unfinished: Unfinished, revision: str, direction: str) -> None:
    """Refuse to run a revision while another one, or its other direction, is half applied."""
    others = [key for key in unfinished if key != (revision, direction)]
    if not others:
        return
    ((name, way), *_) = others
    raise half_applied(name, way, unfinished[name, way])


def half_applied(revision: str, direction: str, entries: Sequence[Entry]) -> JournalConflict:
    """The error for a revision that must be finished or undone before anything else."""
    states = [entry.state for entry in entries]
    return JournalConflict(
        f"The {direction} of revision {revision} is half done:"
        f" {so_far(states.count(DONE), states.count(BEGUN))}.",
        detail=told(entries),
        hint=choices(revision, direction),
    )


def told(entries: Sequence[Entry]) -> str:
    """What became of each statement, a line each; of those that failed, the last."""
    last = entries[-1:]
    return "\n".join(
        f"  {entry.state}: {entry.statement}" + (f"\n    {entry.error}" if entry.error else "")
        for entry in entries
        if entry.state != FAILED or entry in last
    )


def choices(revision: str, direction: str, condition: str = "") -> str:
    """What can be typed when a revision can't be finished without a decision.

    :param condition: under which it can be finished as it is.
    """
    target = f"flask db {direction} {revision if direction == 'upgrade' else ''}".strip()
    resolve = f"flask db resolve {revision}"
    return (
        f"{target}    finishes it{condition}\n"
        f"{resolve} --retry          go on after what was done, as things are now\n"
        f"{resolve} --rolled-back    you undid it by hand: it runs from its start\n"
        f"{resolve} --applied        you did the rest by hand: it counts as done"
    )


def refuse_changed(witness: Witness, entries: Sequence[Entry]) -> None:
    """Compare the objects of a half-applied revision with what it left.

    :raises JournalConflict: somebody has changed one by hand.
    """
    expected: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if entry.state == DONE:
            for name, definition in entry.after.items():
                expected[name] = definition, entry.statement
        elif entry.state == BEGUN:
            for name in entry.before:
                expected.pop(name, None)
    if not expected:
        return
    now = witness.definitions(expected)
    lines = [
        f"  {name}: {_difference(definition, now.get(name, ''))} since: {statement}"
        for name, (definition, statement) in expected.items()
        if definition != now.get(name, "")
    ]
    if lines:
        raise JournalConflict(
            "The database was changed since it was cut off.", detail="\n".join(lines)
        )


def _difference(before: str, now: str) -> str:
    if not now:
        return "is gone"
    return "was changed" if before else "is there again"
