"""Questions about a migration, as values, and what answers them.

What the models alone can't tell is asked: was a column renamed, or dropped and another
one added? A :class:`Question` has readings, the one that keeps the data first. Who answers
is an :class:`Asker`: a person at a terminal (the command line's own), a test's list, or
:class:`Refusal`, which stops and says what could be typed. Nothing is ever guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ..errors import AnswerNeeded
from ..frozen import frozen


@frozen
class Reading:
    """One way to read a change.

    ``option`` is what gives this answer without being asked, such as
    ``--rename users.fullname:users.name``.
    """

    words: str
    option: str = ""


@frozen
class Question:
    """What has to be known before a script is written.

    The safest reading comes first. ``wants_value``: the first reading needs a value that
    is typed, which is then the answer.
    """

    text: str
    readings: tuple[Reading, ...]
    wants_value: bool = False


Answer = int | str
"""The number of a reading, or the value that a question wants."""


class Asker(Protocol):
    """Who answers questions."""

    def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """An answer for each question, in order."""
        ...


class Refusal:
    """Answers nothing.

    :raises AnswerNeeded: always; it shows every reading and the option that means it.
    """

    def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """Refuse."""
        first = questions[0]
        more = f" ({len(questions) - 1} more below)" if len(questions) > 1 else ""
        raise AnswerNeeded(
            f"{first.text}{more}",
            detail="\n".join(_shown(questions)),
            hint="Say which is meant, with the options above or --answers FILE:\n"
            f"flask db migrate {first.readings[0].option}",
        )


def _shown(questions: Sequence[Question]) -> Iterator[str]:
    """Every reading and its option, a line each. What a single question asks, the error says."""
    alone = len(questions) == 1
    for question in questions:
        if not alone:
            yield f"  {question.text}"
        width = max(len(reading.option) for reading in question.readings)
        for reading in question.readings:
            yield f"{'  ' if alone else '    '}{reading.option.ljust(width)}    {reading.words}"
