"""In which order names are given, so that none is taken when its turn comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ...errors import AnswerWrong
from ..detours import swapping
from ..names import Key, said


def ordered(
    renames: Mapping[str, str], existing: Collection[str], what: str
) -> Iterator[tuple[str, str]]:
    """Old and new names, one after the other; a swap takes a detour over a third name.

    :param existing: the names that are taken.
    :param what: where these names are, for the error.
    :raises AnswerWrong: a new name is taken by something that keeps it.
    """
    waiting = {old: new for old, new in renames.items() if old != new}
    taken = set(existing)
    for old, new in waiting.items():
        if new in taken and new not in waiting:
            raise AnswerWrong(
                f"{old} of {what} can't be renamed to {new}: there is a {new} already.",
                hint=f"Drop {new} in a migration of its own, or rename it too.",
            )
    while waiting:
        free = next((old for old, new in waiting.items() if new not in taken), None)
        if free is None:
            first = next(iter(waiting))
            meanwhile = swapping(first)
            yield first, meanwhile
            waiting[meanwhile] = waiting.pop(first)
            taken = (taken - {first}) | {meanwhile}
            continue
        yield free, waiting[free]
        taken = (taken - {free}) | {waiting.pop(free)}


def moved(moves: Mapping[Key, Key], existing: Collection[Key]) -> Iterator[tuple[Key, Key]]:
    """Tables that come to another schema, under the names that they have, one after the other.

    :param existing: the tables in those schemas.
    :raises AnswerWrong: there is one of the same name, which is not moved before.
    """
    waiting, taken = dict(moves), set(existing)
    while waiting:
        free = next((old for old, new in waiting.items() if (new[0], old[1]) not in taken), None)
        if free is None:
            old, new = next(iter(waiting.items()))
            there = f"schema {new[0]}" if new[0] else "the default schema"
            raise AnswerWrong(
                f"{said(old)} can't be moved to {there}: there is a {old[1]} already.",
                hint="In a migration of its own, rename one of them first.",
            )
        taken = (taken - {free}) | {(waiting[free][0], free[1])}
        yield free, waiting.pop(free)
