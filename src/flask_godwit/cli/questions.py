"""Questions on a terminal, and the answers that options give."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from .console import Console

if TYPE_CHECKING:
    from ..diff.answers import Answers
    from ..diff.questions import Answer, Asker, Question


class Prompt:
    """Asks the person at the terminal; Enter takes the first reading, which keeps the data."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """One question after the other. Ctrl-C leaves everything as it is."""
        return [self._one(question) for question in questions]

    def _one(self, question: Question) -> Answer:
        self.console.question(question.text)
        for number, reading in enumerate(question.readings, 1):
            self.console.choice(f"  {number}  {reading.words}", reading.option)
        numbers = click.IntRange(1, len(question.readings))
        chosen = int(click.prompt("Your choice", type=numbers, default=1, err=True)) - 1
        if chosen == 0 and question.wants_value:
            return str(click.prompt("Value", err=True))
        return chosen


def asker(console: Console, no_input: bool) -> Asker | None:
    """The person, where there is one."""
    someone = sys.stdin.isatty() and sys.stderr.isatty() and not no_input
    return Prompt(console) if someone else None


def given_answers(options: dict[str, Any]) -> Answers:
    """The answers in a command's options, which are taken out of them."""
    from ..diff.answers import Answers, pairs, read_answers, unquoted

    file = options.pop("answers")
    given = Answers(
        rename_tables=pairs("--rename-table", options.pop("rename_table"), ":"),
        renames=pairs("--rename", options.pop("rename"), ":"),
        no_renames=options.pop("no_rename"),
        fills=unquoted(pairs("--fill", options.pop("fill"), "=")),
        casts=pairs("--using", options.pop("using"), "="),
    )
    return given.over(read_answers(file)) if file else given
