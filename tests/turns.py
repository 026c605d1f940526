"""Which databases the tests run on: all that a test names, some of them, or one each."""

from __future__ import annotations

from collections import defaultdict
from zlib import crc32

import pytest

from tests.databases import KINDS, Kind


def on_databases(items: list[pytest.Item], names: set[str]) -> list[pytest.Item]:
    """Those tests that need no other databases than these.

    :raises pytest.UsageError: there is no database of that name.
    """
    if unknown := names - set(map(str, KINDS)):
        raise pytest.UsageError(f"--databases: there is no {', '.join(sorted(unknown))}")
    return [item for item in items if {str(kind) for kind in kinds_of(item)} <= names]


def taking_turns(items: list[pytest.Item], first: int) -> list[pytest.Item]:
    """Each test once: on one of the databases that it is written for, and able to run on.

    Which one comes of the test's name, so that the databases share the work; with the next
    ``first`` it is the next one.
    """
    same: dict[tuple[str, ...], list[pytest.Item]] = defaultdict(list)
    for item in items:
        same[_but_for_the_database(item)].append(item)
    return [_one_of(group, first) for group in same.values()]


def _but_for_the_database(item: pytest.Item) -> tuple[str, ...]:
    """What is the same for a test on one database and on another."""
    name = item.nodeid.partition("[")[0]
    callspec = getattr(item, "callspec", None)
    if not callspec:
        return (name,)
    return (name, *(f"{key}={id(v)}" for key, v in callspec.params.items() if not _is_kind(v)))


def _one_of(group: list[pytest.Item], first: int) -> pytest.Item:
    able = [item for item in group if _can_run(item)] or group
    return able[(crc32(group[0].nodeid.encode()) + first) % len(able)]


def _can_run(item: pytest.Item) -> bool:
    return all(required_features(item) <= kind.features for kind in kinds_of(item))


def required_features(item: pytest.Item) -> set[str]:
    """What ``@pytest.mark.requires`` asks of a test's database."""
    return {feature for mark in item.iter_markers("requires") for feature in mark.args}


def kinds_of(item: pytest.Item) -> list[Kind]:
    """The databases that a test is for, if it is for certain ones."""
    callspec = getattr(item, "callspec", None)
    params = callspec.params.values() if callspec else ()
    return [value for value in params if isinstance(value, Kind)]


def _is_kind(value: object) -> bool:
    return isinstance(value, Kind)
