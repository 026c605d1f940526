"""What follows a renamed table or column by a name of its own, while that is another one's yet.

Such things get their names at once, before everything else. A name that is given free later, or
is taken before that on the way back, has to wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any

from alembic.operations import ops

from .order import between_renames
from .steps import Named, RenameSql, Sql
from .taken_names import freed_names, steps_in, taken_names

_Part = list[Any]
_Names = Callable[[Any], Iterable[Any]]


def bring_names_together(operations: ops.OpContainer, shared: Collection[str]) -> None:
    """Give such a name where the other one is given free, or taken.

    :param shared: the kinds of things whose names are unique in a schema, and not in a table.
    """
    parts = list(between_renames(operations.ops))
    taken, freed = partial(taken_names, shared=shared), partial(freed_names, shared=shared)
    while any(_moves(parts, place, taken, freed) for place in range(len(parts))):
        pass
    operations.ops = [operation for part in parts for operation in part]


def _moves(parts: list[_Part], place: int, taken: _Names, freed: _Names) -> bool:
    """Whether a part is such a step, and was moved."""
    step = parts[place][0] if len(parts[place]) == 1 else None
    if not isinstance(step, RenameSql) or step.named is None:
        return False
    before, after = parts[:place], parts[place + 1 :]
    frees = next((part for part in after if _meet(taken(step), part, freed, step.named)), None)
    takes = next((part for part in before if _meet(freed(step), part, taken, step.named)), None)
    if frees is not None:
        frees.insert(0, _block(step, step.named))
    elif takes is not None:
        takes.append(_block(step, step.named))
    else:
        return False
    parts[place].clear()
    return True


def _meet(names: Iterable[Any], part: _Part, other: _Names, named: Named) -> bool:
    """Whether something of another table has one of these names."""
    wanted = {name for name in names if name[1] is None}  # others are unique in a table
    steps = (step for holder in part for step in steps_in(holder))
    return any(not wanted.isdisjoint(other(s)) for s in steps if named[1] not in _tables(s))


def _tables(step: Any) -> Iterator[tuple[str | None, str]]:
    """The table that a step is about."""
    if named := getattr(step, "named", None):
        yield named[1]
    elif isinstance(step, ops.CreateForeignKeyOp):
        yield step.kw.get("source_schema"), step.source_table
    elif table := getattr(step, "table_name", None):
        yield step.schema, table


def _block(step: RenameSql, named: Named) -> ops.ModifyTableOps:
    """The same among what is done to a table."""
    (schema, table), sql = named[1], Sql(step.statement, step.down, step.words, step.back)
    sql.named = named
    return ops.ModifyTableOps(table, [sql], schema=schema)
