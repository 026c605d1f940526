"""Twins go the same way, step by step; after each step all that they have is compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from difflib import unified_diff
from pprint import pformat

from tests.compat.command import Finished
from tests.compat.scenario import Command
from tests.compat.snapshot import Snapshot
from tests.compat.twin import Twin, statements

_READING = {"history", "heads", "branches", "current", "show", "check"}
_PRINTED_FOR_SCRIPTS = _READING - {"check"}
"""Shell scripts read what these print: there each character counts."""


@dataclass(frozen=True)
class State:
    """How a project is after a command, in words that fit its twin too."""

    exit_code: int | None
    output: str
    databases: dict[str, Snapshot]
    revisions: dict[str, str]
    files: dict[str, str]
    finished: Finished = field(compare=False)


def walk(twin: Twin, steps: Sequence[Command]) -> Iterator[State]:
    """Do the steps, and look after each."""
    for command in steps:
        finished = twin.run(command)
        yield State(
            exit_code=finished.code,
            output=_compared_output(command, twin.neutral(finished.stdout)),
            databases={} if command.name in _READING else twin.databases(),
            revisions=twin.revisions(),
            files=twin.files(),
            finished=finished,
        )


def _compared_output(command: Command, printed: str) -> str:
    if command.name == "current":
        # Flask-Migrate prints a set, in whatever order.
        return "\n".join(sorted(printed.splitlines()))
    if "--sql" in command.arguments and not command.fails:
        return statements(printed)
    return printed if command.name in _PRINTED_FOR_SCRIPTS else ""


def assert_as_expected(command: Command, state: State) -> None:
    """A scenario must do what it says, else comparing proves nothing."""
    assert (state.exit_code != 0) == command.fails, f"$ {command.line}\n{state.finished}"


def assert_same(command: Command, theirs: State, ours: State) -> None:
    """After a command, a twin is like the other."""
    if theirs != ours:
        raise AssertionError(
            f"$ {command.line}\n{_difference(theirs, ours)}"
            f"\n--- Flask-Migrate: {theirs.finished}\n--- we: {ours.finished}"
        )


def _difference(theirs: State, ours: State) -> str:
    """The lines in which two states differ."""
    lines: list[str] = []
    for aspect in (each.name for each in fields(State) if each.compare):
        before, after = getattr(theirs, aspect), getattr(ours, aspect)
        if before != after:
            lines += unified_diff(_lines(before), _lines(after), aspect, "ours", n=0, lineterm="")
    return "\n".join(lines)


def _lines(value: object) -> list[str]:
    return (value if isinstance(value, str) else pformat(value, width=150)).splitlines()
