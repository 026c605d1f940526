"""How alike two columns, or two tables, are: enough to ask whether one became the other?

Two things that are clearly unrelated are not asked about: a text and a number, or two texts
of different length whose names have nothing in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Column, Table

from ...frozen import frozen

SameType = Callable[["Column[Any]", "Column[Any]"], bool]
"""Whether the database's column has the type that the model's column asks for."""

_MEANINGLESS = {"id", "is", "has", "the", "at", "on", "no", "fk"}
_ALIKE = 0.6
_SOMEWHAT_ALIKE = 0.45


@frozen
class Likeness:
    """``score`` orders candidates; ``sure`` says that it is worth a question in any case.

    What is not sure is worth one only where rows would be lost.
    """

    score: float
    sure: bool


def of_columns(old: Column[Any], new: Column[Any], same_type: SameType) -> Likeness | None:
    """The likeness of a column that goes and one that comes; None for unrelated ones."""
    same = same_type(old, new)
    if not (same or _family(old) is _family(new)) or old.primary_key != new.primary_key:
        return None
    if (old.computed is None) != (new.computed is None):
        return None
    targets_old, targets_new = _targets(old), _targets(new)
    if bool(targets_old) != bool(targets_new):
        return None
    names = of_names(old.name, new.name)
    same_target = bool(targets_old & targets_new)
    place = same and _position(old) == _position(new) and old.nullable == new.nullable
    sure = names >= (_SOMEWHAT_ALIKE if same or same_target else _ALIKE) or same_target
    if not (sure or place):
        return None
    return Likeness(2 * names + same + same_target + 0.5 * place, sure)


def of_tables(old: Table, new: Table, same_type: SameType) -> Likeness | None:
    """The likeness of a table that goes and one that comes; None for unrelated ones."""
    names, shared = of_names(old.name, new.name), _shared(old, new, same_type)
    if old.name == new.name:  # in another schema
        names = 1.0
    sure = shared >= 0.6 or (shared >= 0.3 and names >= _ALIKE)
    if not sure and (names < _ALIKE or shared < 0.15):
        return None
    return Likeness(2 * shared + names, sure)


def of_names(old: str, new: str) -> float:
    """The likeness of two names, from 0 to 1: by their words, letters and abbreviations."""
    words_old, words_new = _telling(old), _telling(new)
    left, right = "".join(words_old), "".join(words_new)
    if left == right:
        return 1.0
    common = set(words_old) & set(words_new)
    ratio = SequenceMatcher(None, left, right).ratio()
    short, long = sorted((left, right), key=len)
    if common or (len(short) > 2 and (short in long or _abbreviates(short, long))):
        return max(ratio, 0.7)
    return ratio


def _telling(name: str) -> list[str]:
    """The words of a name without those that every schema has, if others are left."""
    words = _words(name)
    return [word for word in words if word not in _MEANINGLESS] or words


def _words(name: str) -> list[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return [word for word in re.split(r"[^a-z]+", spaced) if word] or [name]


def _abbreviates(short: str, long: str) -> bool:
    """``qty`` for ``quantity``: the same first letter, then letters in order."""
    letters = iter(long)
    return short[0] == long[0] and all(letter in letters for letter in short)


def _family(column: Column[Any]) -> type[Any] | None:
    return column.type._type_affinity


def _targets(column: Column[Any]) -> set[str]:
    return {key.target_fullname.rpartition(".")[0] for key in column.foreign_keys}


def _position(column: Column[Any]) -> int:
    return list(column.table.c).index(column)


def _shared(old: Table, new: Table, same_type: SameType) -> float:
    """Which part of the columns is the same; keys that every table has don't count."""
    before = {column.name: column for column in old.c if not column.primary_key}
    after = {column.name: column for column in new.c if not column.primary_key}
    if not (before or after):
        return 0.3
    same = {
        name
        for name in before.keys() & after.keys()
        if _family(before[name]) is _family(after[name]) or same_type(before[name], after[name])
    }
    rest = [column for name, column in after.items() if name not in same]
    like = 0
    for name, column in before.items():
        match = next((c for c in rest if name not in same and same_type(column, c)), None)
        if match is not None:
            rest.remove(match)
            like += 1
    return (len(same) + 0.25 * like) / max(len(before), len(after))
