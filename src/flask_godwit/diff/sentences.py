"""How many rows or values do something, in one sentence."""

from __future__ import annotations

_OF_ONE = {"are": "is", "have": "has", "may": "may"}
_OF_ITS_OWN = (("they become", "it becomes"), ("they get", "it gets"), ("their ", "its "))


def counted(count: int, noun: str, name: str, words: str) -> str:
    """``1 value of t.a loses digits``, ``2 values of t.a lose digits``.

    :param words: what several of them do, beginning with the verb.
    """
    if count != 1:
        return f"{count} {noun}s of {name} {words}"
    verb, _, rest = words.partition(" ")
    for several, one in _OF_ITS_OWN:
        rest = rest.replace(several, one)
    return f"1 {noun} of {name} {_OF_ONE.get(verb, f'{verb}s')} {rest}"
