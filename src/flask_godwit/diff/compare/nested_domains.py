"""Domains that stand on other domains: they are made anew with those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ...dialects.facts import DomainType
from ..names import Key

Pair = tuple[DomainType, DomainType]
"""A domain as it is, and as it is to be."""


def key_of(type_: DomainType) -> Key:
    """Its schema and name."""
    return type_.schema, type_.name


def made_anew(
    found: Mapping[Key, DomainType],
    pairs: Sequence[Pair],
    is_rebuilt: Callable[[DomainType, DomainType], bool],
) -> list[Pair]:
    """The changes that make a domain anew, and the domains on those: the inner ones first."""
    stands_on = _bases(found)
    changes = {key_of(before): (before, after) for before, after in pairs}
    anew = {key for key, pair in changes.items() if is_rebuilt(*pair)}
    outer = [key for key in found if anew & {*_below(key, stands_on)}]
    keys = dict.fromkeys([*(key for key in changes if key in anew), *outer])
    depths = {key: len(list(_below(key, stands_on))) for key in keys}
    same = {key: (found[key], found[key]) for key in outer}
    return [changes.get(key) or same[key] for key in sorted(keys, key=depths.__getitem__)]


def _bases(found: Mapping[Key, DomainType]) -> dict[Key, Key]:
    """The domain that each domain stands on, where it does on one."""
    return {
        (user.schema, user.table): key
        for key, type_ in found.items()
        for user in type_.users
        if not user.column
    }


def _below(key: Key, stands_on: Mapping[Key, Key]) -> Iterator[Key]:
    while key in stands_on:
        key = stands_on[key]
        yield key
