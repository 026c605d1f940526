"""What a table of PostgreSQL has from another one, and says itself as well: columns, CHECKs.

It has them for as long as the other has them, so they are dropped there first. And it takes those
of the other for its own only if its own are there before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import Table, quoted_name

from .blocks import blocks_of, table_of
from .names import Key
from .renames.values import Renames
from .steps import Comment, flat

Parents = Mapping[Key, Collection[Key]]


def parents_in(models: Mapping[Key, Table], option: str) -> Parents:
    """The tables from which others inherit, directly or not, by the names of their models.

    :param option: what a model calls that; "" where no table inherits.
    """
    direct = {key: parents_of(table, option) for key, table in models.items() if option}
    return {key: _all_of(key, direct) for key, found in direct.items() if found}


def parents_of(table: Table, option: str) -> list[Key]:
    """The tables from which a model's table inherits directly."""
    return parents_said(table.kwargs.get(option))


def parents_said(given: object) -> list[Key]:
    """The tables that are given as those to inherit from."""
    return [_key(name) for name in names_said(given)]


def names_said(given: object) -> list[str]:
    """The same, as they are given: one alone or several."""
    names: Any = [given] if isinstance(given, str) else given or ()
    return list(names)


def _key(name: str) -> Key:
    if getattr(name, "quote", None) is not False:
        return None, str(name)
    parts = [part[1:-1].replace('""', '"') if part[0] == '"' else part for part in _parts(name)]
    return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[-1])


def _parts(name: str) -> list[str]:
    return re.findall(r'"(?:[^"]|"")+"|[^."]+', name)


class Unquoted(quoted_name):
    """A name with its schema, in a script: as such a name it would lose that it is quoted."""

    def __repr__(self) -> str:
        return f"sa.quoted_name({str(self)!r}, False)"


def write_schemas(operations: ops.OpContainer, option: str) -> None:
    """Have new tables inherit from those of other schemas as their models say."""
    for operation in flat(operations):
        if isinstance(operation, ops.CreateTableOp) and operation.kw.get(option):
            names = names_said(operation.kw[option])
            operation.kw[option] = tuple(map(_written, names))


def _written(name: str) -> str:
    return Unquoted(name, False) if getattr(name, "quote", None) is False else str(name)


def after_renames(names: Sequence[str], renames: Renames) -> tuple[str, ...]:
    """The tables to inherit from, as they are called now."""
    return tuple(_renamed(name, renames) for name in names)


def _renamed(name: str, renames: Renames) -> str:
    key = _key(name)
    schema, table = renames.new_key(key)
    if (schema, table) == key:
        return name
    if schema is None:
        return table
    quoted = (part.replace('"', '""') for part in (schema, table))
    return quoted_name(".".join(f'"{part}"' for part in quoted), False)


def _all_of(key: Key, direct: Mapping[Key, Collection[Key]]) -> set[Key]:
    found: set[Key] = set()
    new = set(direct.get(key, ()))
    while new:
        found |= new
        new = {other for one in new for other in direct.get(one, ())} - found
    return found


def in_order_of_parents(operations: ops.OpContainer, parents: Parents) -> None:
    """Have things go from a table after they went from the others, and come to it before."""
    for block in list(blocks_of(operations)):
        others = parents.get(table_of(block), ())
        for step in list(block.ops) if others else ():
            found = list(_same_in_others(operations, step, others))
            if not found:
                continue
            number = operations.ops.index(block)
            if isinstance(step, ops.AddColumnOp) and found[0][0] < number:
                _put(operations, found[0], _taken(block, step), block, after=False)
            elif not isinstance(step, ops.AddColumnOp) and found[-1][0] > number:
                _put(operations, found[-1], _taken(block, step), block, after=True)
    operations.ops = [
        op for op in operations.ops if not isinstance(op, ops.ModifyTableOps) or op.ops
    ]


def _what(operation: ops.MigrateOperation) -> tuple[str, str] | None:
    """What is dropped or added, if that is of a kind that tables inherit."""
    if isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "check":
        return "drop check", str(operation.constraint_name)
    if isinstance(operation, ops.DropColumnOp):
        return "drop column", operation.column_name
    return ("add column", operation.column.name) if isinstance(operation, ops.AddColumnOp) else None


def _same_in_others(
    operations: ops.OpContainer, step: ops.MigrateOperation, others: Collection[Key]
) -> Iterator[tuple[int, ops.MigrateOperation]]:
    """What does the same to other tables, with the place of its block."""
    what = _what(step)
    for number, block in enumerate(operations.ops):
        if what and isinstance(block, ops.ModifyTableOps) and table_of(block) in others:
            yield from ((number, op) for op in block.ops if _what(op) == what)


def _taken(block: ops.ModifyTableOps, step: ops.MigrateOperation) -> list[ops.MigrateOperation]:
    """Take a step out, with the comments before it."""
    end = block.ops.index(step)
    start = end
    while start and isinstance(block.ops[start - 1], Comment):
        start -= 1
    taken = block.ops[start : end + 1]
    del block.ops[start : end + 1]
    return taken


def _put(
    operations: ops.OpContainer,
    place: tuple[int, ops.MigrateOperation],
    steps: list[ops.MigrateOperation],
    like: ops.ModifyTableOps,
    *,
    after: bool,
) -> None:
    """Put the steps of one table among those of another."""
    number, other = place
    block = operations.ops[number]
    assert isinstance(block, ops.ModifyTableOps)
    cut = block.ops.index(other) + after
    first, rest = block.ops[:cut], block.ops[cut:]
    block.ops = first
    own = ops.ModifyTableOps(like.table_name, steps, schema=like.schema)
    last = ops.ModifyTableOps(block.table_name, rest, schema=block.schema)
    operations.ops[number + 1 : number + 1] = [own, last]
