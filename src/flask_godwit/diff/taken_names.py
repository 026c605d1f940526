"""A name is given free before something else takes it, on whatever table.

Alembic goes table by table: the index that leaves one table may still be there when another table
is given one of its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from .names import Key
from .order import between_renames
from .steps import Comment

_Name = tuple[str | None, str | None, str]
"""The schema, the table where the name is one of that alone, and the name."""

_MAKES: dict[type[Any], str] = {
    ops.CreateIndexOp: "ix",
    ops.CreateUniqueConstraintOp: "uq",
    ops.CreatePrimaryKeyOp: "pk",
    ops.CreateForeignKeyOp: "fk",
    ops.CreateCheckConstraintOp: "ck",
}
_PARTS: dict[type[Any], str] = {
    UniqueConstraint: "uq",
    PrimaryKeyConstraint: "pk",
    ForeignKeyConstraint: "fk",
    CheckConstraint: "ck",
}
_DROPS = {"unique": "uq", "primary": "pk", "foreignkey": "fk", "check": "ck"}


def free_names_first(operations: ops.OpContainer, shared: Collection[str]) -> None:
    """Drop what has a name that is taken again, before that.

    :param shared: the kinds of things whose names are unique in a schema, and not in a table.
    """
    parts = [ops.UpgradeOps(part) for part in between_renames(operations.ops)]
    free: set[_Name] = set()
    for part in parts:
        free = _settle(part, shared, free)
    operations.ops = [operation for part in parts for operation in part.ops]


def _settle(part: ops.OpContainer, shared: Collection[str], free: set[_Name]) -> set[_Name]:
    """Put the steps between two renames in order: what moves may have others in its way, too.

    :param free: the names that were given free before.
    :returns: those that are free afterwards.
    """
    moved, now = True, free
    for _ in range(1 + len(part.ops)):
        if moved:
            now = set(free)
            moved = _in_order(part, shared, now)
    return now


def _in_order(part: ops.OpContainer, shared: Collection[str], free: set[_Name]) -> bool:
    """Move each step that gives a name free which was taken before it; whether one was moved.

    :param free: the names that were given free so far, also before a rename.
    """
    moved = False
    dropped = {_key(op) for op in part.ops if isinstance(op, ops.DropTableOp)}
    of_dropped: dict[Key, set[_Name]] = {}
    taken: dict[_Name, ops.MigrateOperation] = {}
    made_here = _made_here(part, shared)
    for holder in list(part.ops):
        for step in steps_in(holder):
            freed = set(freed_names(step, shared)) - made_here
            if isinstance(step, ops.DropIndexOp) and _key(step) in dropped:
                # It goes with its table.
                of_dropped.setdefault(_key(step), set()).update(freed)
                continue
            if isinstance(step, ops.DropTableOp):
                freed |= of_dropped.get(_key(step), set())
            in_the_way = [taken[name] for name in freed if name in taken]
            if in_the_way:
                before = min(in_the_way, key=partial(_position, part))
                moved |= _move(part, holder, step, before)
            free |= freed - taken.keys()
            for name in taken_names(step, shared):
                if name in free:  # in its turn: what is dropped later is this one
                    free.remove(name)
                else:
                    taken.setdefault(name, step)
    return moved


def _made_here(part: ops.OpContainer, shared: Collection[str]) -> set[_Name]:
    """Names that nothing had before: what is dropped is what the script itself has made.

    So a renamed thing that also changes is there for a moment under its new name.
    """
    times: Counter[_Name] = Counter()
    for holder in part.ops:
        for step in steps_in(holder):
            times.update(taken_names(step, shared))
            times.subtract(freed_names(step, shared))
    return {name for name, more in times.items() if more > 0}


def steps_in(holder: ops.MigrateOperation) -> list[ops.MigrateOperation]:
    """What stands in a block, or alone."""
    return list(holder.ops) if isinstance(holder, ops.ModifyTableOps) else [holder]


def _position(part: ops.OpContainer, step: ops.MigrateOperation) -> tuple[int, int]:
    return next(
        (place, steps_in(holder).index(step))
        for place, holder in enumerate(part.ops)
        if step in steps_in(holder)
    )


def _move(part: ops.OpContainer, holder: Any, step: Any, before: ops.MigrateOperation) -> bool:
    """Have a step come before another one; whether it could."""
    place, number = _position(part, before)
    there: Any = part.ops[place]
    if isinstance(step, ops.DropTableOp):
        _move_tables(part, step, there)
        return True
    if not isinstance(holder, ops.ModifyTableOps):
        return isinstance(there, ops.CreateTableOp) and _move_new_table(part, there, step)
    holder.ops.remove(step)
    if holder is there:
        holder.ops.insert(number, step)
        return True
    if _is_renaming(step) and number:
        # What comes before it may give free what this takes.
        _split(part, there, number)
        place += 1
    _block_before(part, place, holder).ops.append(step)
    part.ops = [op for op in part.ops if op is not holder or holder.ops]
    return True


def _move_new_table(part: ops.OpContainer, create: ops.CreateTableOp, after: Any) -> bool:
    """A new table comes late, with what is done to it; what refers to it comes last anyway."""
    end = 1 + part.ops.index(after)
    start = part.ops.index(create)
    between = part.ops[start:end]
    moved = [
        op
        for op in between
        if op is create or (isinstance(op, ops.ModifyTableOps) and _key(op) == _key(create))
    ]
    part.ops[start:end] = [*(op for op in between if op not in moved), *moved]
    return True


def _is_renaming(step: Any) -> bool:
    named = getattr(step, "named", None)
    return named is not None and all(named[2:])


def _split(part: ops.OpContainer, block: ops.ModifyTableOps, number: int) -> None:
    first = ops.ModifyTableOps(block.table_name, block.ops[:number], schema=block.schema)
    block.ops[:number] = []
    part.ops.insert(part.ops.index(block), first)


def _block_before(
    part: ops.OpContainer, place: int, like: ops.ModifyTableOps
) -> ops.ModifyTableOps:
    """A block of drops of the same table, which may be there."""
    last = part.ops[place - 1] if place else None
    if isinstance(last, ops.ModifyTableOps) and _key(last) == _key(like):
        return last
    block = ops.ModifyTableOps(like.table_name, [], schema=like.schema)
    part.ops.insert(place, block)
    return block


def _move_tables(part: ops.OpContainer, drop: ops.DropTableOp, before: Any) -> None:
    """A table goes early, with those that go before it since they may refer to it."""
    start, end = part.ops.index(before), 1 + part.ops.index(drop)
    between = part.ops[start:end]
    gone = {_key(op) for op in between if isinstance(op, ops.DropTableOp)}
    moved: list[ops.MigrateOperation] = []
    kept: list[ops.MigrateOperation] = []
    for operation, following in zip(between, [*between[1:], None], strict=True):
        about = following if isinstance(operation, Comment) else operation
        of_table = isinstance(about, ops.DropTableOp | ops.ModifyTableOps) and _key(about) in gone
        (moved if of_table else kept).append(operation)
    part.ops[start:end] = [*moved, *kept]


def taken_names(step: Any, shared: Collection[str]) -> Iterator[_Name]:
    """The names that something has after a step, and had not before."""
    if isinstance(step, ops.CreateTableOp):
        yield from _of_table(step, shared)
    elif named := getattr(step, "named", None):
        yield from _names(named[1], named[0], named[3], shared)
    elif kind := _MAKES.get(type(step)):
        constraint = getattr(step, "constraint_name", None)
        name = step.index_name if kind == "ix" else constraint
        schema = step.kw.get("source_schema") if kind == "fk" else step.schema
        table = step.source_table if kind == "fk" else step.table_name
        yield from _names((schema, table), kind, name, shared)


def freed_names(step: Any, shared: Collection[str]) -> Iterator[_Name]:
    """The names that something had before a step, and has no longer."""
    if isinstance(step, ops.DropTableOp):
        if step._reverse is not None:
            yield from _of_table(step._reverse, shared)
    elif named := getattr(step, "named", None):
        yield from _names(named[1], named[0], named[2], shared)
    elif isinstance(step, ops.DropIndexOp):
        yield from _names(_key(step), "ix", step.index_name, shared)
    elif isinstance(step, ops.DropConstraintOp):
        kind = _DROPS.get(step.constraint_type or "", "")
        yield from _names(_key(step), kind, step.constraint_name, shared)


def _of_table(create: ops.CreateTableOp, shared: Collection[str]) -> Iterator[_Name]:
    yield from _names(_key(create), "table", create.table_name, shared)
    for item in create.columns:
        for part in (item, *getattr(item, "constraints", ())):
            if kind := _PARTS.get(type(part)):
                yield from _names(_key(create), kind, part.name, shared)


def _names(key: Key, kind: str, name: Any, shared: Collection[str]) -> Iterator[_Name]:
    if isinstance(name, str) and name:
        if kind == "fk":  # Alembic drops everything else of a table before it makes it anew
            yield (*key, str(name))
        if kind in shared:
            yield key[0], None, str(name)


def _key(operation: Any) -> Key:
    return operation.schema, operation.table_name
