"""A constraint or index that gets another name, and what has that name yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from sqlalchemy import Constraint, Index

from ...dialects.base import Database
from ...frozen import frozen
from ..names import Key
from .values import Renames, mentions, namespace


@frozen
class Follower:
    """A constraint or index with its old name, and the name that it gets."""

    table: Key
    kind: str
    old: str
    new: str
    model: Constraint | Index | None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Those of a foreign key, as they are in the database."""
    columns: tuple[str, ...] = ()
    text: str = ""
    """What a CHECK says there, like the columns of a key in new names."""


@frozen
class Found:
    """A constraint or index that is there; its name once its table has its new one."""

    kind: str
    item: Mapping[str, Any]
    name: str


def displacing(
    found: Sequence[Found], following: Iterable[Follower], renames: Renames, database: Database
) -> list[Follower]:
    """Followers of one table, and what is to be dropped while its name goes to one of them.

    The renames come first, so that gets the name that is given free. Where it can't, the follower
    is none: the comparison drops things before it makes others.

    :param found: what the table has.
    """
    following = list(following)
    moving = {_place(each.kind, each.old) for each in following}
    stay = {_place(e.kind, e.name): e for e in found if _place(e.kind, e.name) not in moving}
    columns = renames.columns
    while (taking := _taking(following, stay)) is not None:
        there = stay.pop(_place(taking.kind, taking.new))
        if _can_be_renamed(there, columns.get(taking.table, {}), database):
            free = _free_name(taking, following)
            following.append(Follower(taking.table, there.kind, there.name, free, None))
        else:
            following.remove(taking)
            item = next(e for e in found if (e.kind, e.name) == (taking.kind, taking.old))
            stay |= {_place(there.kind, there.name): there, _place(taking.kind, taking.old): item}
    return following


def _taking(
    following: Sequence[Follower], stay: Mapping[tuple[str, str], Found]
) -> Follower | None:
    """One that gets a name which is taken."""
    return next((each for each in following if _place(each.kind, each.new) in stay), None)


def _can_be_renamed(each: Found, columns: Mapping[str, str], database: Database) -> bool:
    """Whether the database can do it, or it is away and comes back while columns are renamed."""
    if database.rename_constraint(each.kind, "t", "old", "new"):
        return True
    text = str(each.item.get("sqltext") or "")
    return database.readers_block_renames and mentions(text, columns.values())


def _free_name(last: Follower, following: Sequence[Follower]) -> str:
    """The name that nothing has, when all have got theirs."""
    givers = {_place(each.kind, each.new): each for each in following}
    while _place(last.kind, last.old) in givers:
        last = givers[_place(last.kind, last.old)]
    return last.old


def _place(kind: str, name: str) -> tuple[str, str]:
    return namespace(kind), name
