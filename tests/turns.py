"""Which databases the tests run on: all that a test names, some of them, or one each.

Or a share of them: three runs, on three Pythons, together run each test on every database.
"""

from __future__ import annotations

from collections import defaultdict
from zlib import crc32

import pytest

from tests.databases import KINDS, MARIADB, POSTGRESQL, PSYCOPG, Kind

SHARES = ("lowest", "here", "newest")

# What is measured against Flask-Migrate, built or killed is so on each database in one run.
WHOLE = {"compat", "docs", "torture"}


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
    return [_one_of(_able(group), first) for group in _same_but_for_the_database(items)]


def share_of(items: list[pytest.Item], share: str) -> list[pytest.Item]:
    """The part of one of :data:`SHARES`.

    The lowest has each test once, the databases taking turns; the other two, with the same
    dependencies, have it on the databases that remain. Only a test of one single database, or of
    none, runs with both the lowest and the newest dependencies.

    :raises pytest.UsageError: there is no such share.
    """
    if share not in SHARES:
        raise pytest.UsageError(f"--share: there is no {share}, only {', '.join(SHARES)}")
    groups = _same_but_for_the_database([item for item in items if not _is_whole(item)])
    lowest = {id(group): _one_of(_one_driver(group), 0) for group in groups}
    if share == "lowest":
        return list(lowest.values())
    mine = {item for item in items if _is_whole(item) and _is_done(item, share)}
    for group in groups:
        able = _one_driver(group)
        rest = [item for item in able if item is not lowest[id(group)]] or able
        mine.update(item for item in rest if _is_done(item, share))
    return [item for item in items if item in mine]


def _is_whole(item: pytest.Item) -> bool:
    return bool(WHOLE & set(item.path.parts))


def _is_done(item: pytest.Item, share: str) -> bool:
    """Whether a test runs on the newest Python, as all do that need no database, or here."""
    kinds = set(kinds_of(item))
    if _is_whole(item):
        on_newest = PSYCOPG in kinds
    else:
        on_newest = not kinds or bool(kinds & {PSYCOPG, MARIADB})
    return on_newest == (share == "newest")


def _one_driver(group: list[pytest.Item]) -> list[pytest.Item]:
    """Those that can run, of a database with two drivers one; all drivers if it is the only one."""
    able = _able(group)
    if len({kind.dialect for item in able for kind in kinds_of(item)}) < 2:
        return able
    left_out = (POSTGRESQL, PSYCOPG)[_number(group[0]) % 2]
    return [item for item in able if left_out not in kinds_of(item)]


def _same_but_for_the_database(items: list[pytest.Item]) -> list[list[pytest.Item]]:
    same: dict[tuple[str, ...], list[pytest.Item]] = defaultdict(list)
    for item in items:
        same[_but_for_the_database(item)].append(item)
    return list(same.values())


def _but_for_the_database(item: pytest.Item) -> tuple[str, ...]:
    """What is the same for a test on one database and on another."""
    name = item.nodeid.partition("[")[0]
    callspec = getattr(item, "callspec", None)
    if not callspec:
        return (name,)
    return (name, *(f"{key}={id(v)}" for key, v in callspec.params.items() if not _is_kind(v)))


def _one_of(able: list[pytest.Item], first: int) -> pytest.Item:
    return able[(_number(able[0]) + first) % len(able)]


def _able(group: list[pytest.Item]) -> list[pytest.Item]:
    return [item for item in group if _can_run(item)] or group


def _number(item: pytest.Item) -> int:
    return crc32(item.nodeid.encode())


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
