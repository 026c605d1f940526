"""Former names that the models tell: which of them are due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

_Name = TypeVar("_Name")


def due(
    hints: Mapping[_Name, _Name], there: Collection[_Name], told: Mapping[_Name, _Name]
) -> dict[_Name, _Name]:
    """Old and new names of what is there by its old name, and not by its new one.

    Hints stay in the models when they have been followed, so a thing that is there by its new
    name needs none. But where that name goes to another thing, it is free: in a chain, each
    hint makes way for the next one. Things that change places can't be told from things that
    did so before; their hints are never due.

    :param hints: old names by new ones.
    :param there: the names of what is in the database, as far as it is the models' concern.
    :param told: renames that are certain, old and new names; they are not in the result.
    """
    found: dict[_Name, _Name] = {}
    waiting = {new: old for new, old in hints.items() if old in there}
    while True:
        known = {**told, **found}
        for new, old in waiting.items():
            is_free = new not in there or new in known
            if is_free and old not in known and new not in known.values():
                found[old] = new
                break
        else:
            return found
