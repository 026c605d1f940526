"""What a sequence has when nobody says anything."""

from __future__ import annotations

from ..frozen import frozen

USUAL = {
    "type": "AS bigint",
    "start": "START WITH 1",
    "increment": "INCREMENT BY 1",
    "minimum": "NO MINVALUE",
    "maximum": "NO MAXVALUE",
    "cache": "CACHE 1",
    "cycle": "NO CYCLE",
}
"""By option, the clause that says it."""

Bounds = tuple[int, int]
"""The lowest and the highest number of a sequence of which nobody says more."""


@frozen
class SequenceValues:
    """All that a sequence does, whether somebody has said it or not."""

    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool


def unusual_options(values: SequenceValues, highest: int, cache: int) -> dict[str, str]:
    """The clauses, by option, of what is not as in a sequence of which nobody says anything.

    That one rises: of one that falls, all is said, so that the clauses lead from each to each.

    :param highest: the highest number of its type.
    :param cache: how many numbers are usually kept.
    """
    unusual = {
        "start": (values.start != 1, f"START WITH {values.start}"),
        "increment": (values.increment != 1, f"INCREMENT BY {values.increment}"),
        "minimum": (values.minimum != 1, f"MINVALUE {values.minimum}"),
        "maximum": (values.maximum != highest, f"MAXVALUE {values.maximum}"),
        "cache": (values.cache != cache, f"CACHE {values.cache}"),
        "cycle": (values.cycle, "CYCLE"),
    }
    return {option: clause for option, (is_unusual, clause) in unusual.items() if is_unusual}
