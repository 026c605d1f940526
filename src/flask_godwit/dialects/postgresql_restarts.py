"""Sequences of PostgreSQL whose numbers get other limits: where they stand must be within these.

A sequence that stands outside of them can't be altered. Where it stands on the database that a
script is applied to, nobody knows when it is written: the server is asked then.
"""

from __future__ import annotations

from collections.abc import Mapping

from .usual_sequence import Bounds

Options = Mapping[str, str]

_HIGHEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1}


def changes(name: str, before: Options, after: Options, clauses: list[str]) -> tuple[str, ...]:
    """The statements that alter a sequence that belongs to no column.

    :param name: quoted.
    """
    old, new = (bounds(options, _type(options)) for options in (before, after))
    alter = f"ALTER SEQUENCE {name} {' '.join(clauses)}"
    if are_apart(old, new):
        return (f"{alter} RESTART",)
    if not is_narrower(old, new):
        return (alter,)
    text = name.replace("'", "''")
    place = target(old, new, start(after))
    where = f"last_value NOT BETWEEN {new[0]} AND {new[1]}"
    return (f"SELECT setval('{text}', {place}, false) FROM {name} WHERE {where}", alter)


def bounds(options: Options, kind: str) -> Bounds:
    """The lowest and the highest number; of a sequence that falls, both are among its options."""
    highest = _HIGHEST.get(kind, 2**63 - 1)
    return _number(options, "minimum", 1), _number(options, "maximum", highest)


def start(options: Options) -> int:
    """The number that comes first."""
    return _number(options, "start", 1)


def are_apart(old: Bounds, new: Bounds) -> bool:
    """Whether it can't go on where it stands, wherever that is."""
    return new[1] < old[0] or old[1] < new[0]


def is_narrower(old: Bounds, new: Bounds) -> bool:
    """Whether it may stand where it can't go on."""
    return new[0] > old[0] or new[1] < old[1]


def target(old: Bounds, new: Bounds, first: int) -> int:
    """Where it goes on then: a number within both."""
    return min(max(first, old[0], new[0]), old[1], new[1])


def _type(options: Options) -> str:
    return options.get("type", "AS bigint").removeprefix("AS ")


def _number(options: Options, name: str, usual: int) -> int:
    return int(options[name].rpartition(" ")[2]) if name in options else usual
