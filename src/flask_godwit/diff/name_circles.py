"""Things of several tables that swap their names: one of them has a third name meanwhile.

Names that are unique in a schema, such as those of indexes, can't be given in any order then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect

from ..dialects.base import Database
from .detours import swapping
from .names import quoted
from .order import between_renames
from .steps import Sql
from .taken_names import steps_in

_Name = tuple[str | None, str]


def open_circles(operations: ops.OpContainer, database: Database, dialect: Dialect) -> None:
    """Have one thing of each circle give its name free first, and take the new one last."""
    parts = list(between_renames(operations.ops))
    for part in parts:
        places = dict(_renamings(part, database.shared_names))
        for circle in _circles({old: new for old, (*_, new) in places.items()}):
            holder, step, _ = places[circle[0]]
            first, last = _by_way(step, database, dialect)
            holder.ops[holder.ops.index(step)] = first
            end = max(part.index(places[name][0]) for name in circle)
            block = ops.ModifyTableOps(holder.table_name, [last], schema=holder.schema)
            part.insert(1 + end, block)
    operations.ops = [operation for part in parts for operation in part]


def _renamings(
    part: list[Any], shared: Collection[str]
) -> Iterator[tuple[_Name, tuple[ops.ModifyTableOps, Sql, _Name]]]:
    """What gets another name, by the one that it has: where that is done, and the new name."""
    for holder in part:
        for step in steps_in(holder):
            named = getattr(step, "named", None)
            if isinstance(holder, ops.ModifyTableOps) and isinstance(step, Sql) and named:
                kind, (schema, _), old, new = named
                if kind in shared and old and new:
                    yield (schema, old), (holder, step, (schema, new))


def _circles(names: Mapping[_Name, _Name]) -> Iterator[list[_Name]]:
    """Names of which each is to be the next one, and the last one the first."""
    seen: set[_Name] = set()
    for start in names:
        path: list[_Name] = []
        name = start
        while name in names and name not in seen:
            seen.add(name)
            path.append(name)
            name = names[name]
        if path and name == start:
            yield path


def _by_way(step: Sql, database: Database, dialect: Dialect) -> tuple[Sql, Sql]:
    """The same in two steps."""
    assert step.named is not None
    kind, key, old, new = step.named
    meanwhile = swapping(old)

    def renaming(before: str, after: str) -> str:
        table, names = quoted(dialect, *key), (quoted(dialect, n) for n in (before, after))
        return database.rename_constraint(kind, table, *names)

    first, last = Sql(renaming(old, meanwhile), words=step.words), Sql(renaming(meanwhile, new))
    first.named, last.named = (kind, key, old, ""), (kind, key, "", new)
    return first, last
