"""The order of a script: nothing is made before what it refers to, or dropped before what refers.

Alembic sorts new tables but not dropped ones, pulls no cycle apart, and goes table by table: a
foreign key may come before the unique constraint that it needs on the table after it.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, ForeignKeyConstraint
from sqlalchemy.exc import SAWarning

from .blocks import blocks_of, table_of
from .inheritance import parents_said
from .names import Key
from .row_queries import unique_columns
from .steps import RenameSql, flat, renamed_column

_Tables = ops.CreateTableOp | ops.DropTableOp


def put_in_order(up: ops.OpContainer, down: ops.OpContainer) -> None:
    """Sort the operations for a database that can alter constraints, both ways."""
    for forward, backward in ((up, down), (down, up)):
        keys = [_as_called_last(key, forward) for key in _untangle(forward)]
        _agree(forward, backward)
        forward.ops = [*forward.ops, *_by_table(keys)]
        backward.ops = [*_by_table([_dropped(key) for key in reversed(keys)]), *backward.ops]
    for operations in (up, down):
        parts = [ops.UpgradeOps(part) for part in between_renames(operations.ops)]
        for part in parts:
            _sort_creates(part)
            _sort_drops(part)
            _keys_outside(part)
        operations.ops = [op for part in parts for op in part.ops]


def between_renames(operations: Sequence[ops.MigrateOperation]) -> Iterator[list[Any]]:
    """Parts in which a name means one thing."""
    part: list[ops.MigrateOperation] = []
    for operation in operations:
        if _renames(operation):
            yield part
            yield [operation]
            part = []
        else:
            part.append(operation)
    yield part


# Cycles


@contextmanager
def cycles_are_known() -> Iterator[None]:
    """While models and database are compared: SQLAlchemy need not warn of cycles."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Cannot correctly sort tables", SAWarning)
        yield


def _untangle(operations: ops.OpContainer) -> list[ops.CreateForeignKeyOp]:
    """Take those foreign keys out of new tables that can't be there at once."""
    creates = [op for op in operations.ops if isinstance(op, ops.CreateTableOp)]
    unsettled = set(_unsettled(operations))

    def waits(key: ForeignKeyConstraint) -> bool:
        # Alembic writes no MATCH into a new table.
        return bool(key.use_alter or key.match or _remote(key) & unsettled)

    taken = [key for op in creates for key in _take_out(op, waits)]
    waiting = creates
    while waiting:
        names = {_key(op) for op in waiting}
        ready = [op for op in waiting if not _targets(op) & (names - {_key(op)})]
        if not ready:
            first = waiting[0]
            others = names - {_key(first)}
            taken += _take_out(first, lambda found, others=others: _target(found) in others)  # type: ignore[misc]
            ready = [first]
        waiting = [op for op in waiting if op not in ready]
    return taken


def _unsettled(operations: ops.OpContainer) -> Iterator[tuple[Key, str]]:
    """Columns that can't be referred to before their table has been altered."""
    for block in blocks_of(operations):
        for step in block.ops:
            for name in (getattr(step, "replaced", None) or ((), ()))[1]:
                yield table_of(block), name
    for op in flat(operations):
        if isinstance(op, ops.AlterColumnOp) and op.modify_type is not None:
            yield (op.schema, op.table_name), op.column_name
        elif isinstance(op, ops.AddColumnOp):
            yield (op.schema, op.table_name), op.column.name
        elif isinstance(op, ops.CreateUniqueConstraintOp | ops.CreatePrimaryKeyOp):
            yield from (((op.schema, op.table_name), str(column)) for column in op.columns)
        elif isinstance(op, ops.CreateIndexOp) and op.unique:
            yield from (((op.schema, op.table_name), name) for name in unique_columns(op))


def _remote(key: ForeignKeyConstraint) -> set[tuple[Key, str]]:
    target = _target(key)
    return {(target, element.target_fullname.rpartition(".")[2]) for element in key.elements}


def _take_out(
    create: ops.CreateTableOp, leaves: Callable[[ForeignKeyConstraint], bool]
) -> list[ops.CreateForeignKeyOp]:
    leaving = [key for key in _foreign_keys(create) if leaves(key)]
    gone = {id(key) for key in leaving}  # a column answers `==` with SQL
    alone = {name for key in leaving for name in key.column_keys}
    create.columns = [
        _uncounted(item) if isinstance(item, Column) and item.key in alone else item
        for item in create.columns
        if id(item) not in gone
    ]
    return [_added(create, key) for key in leaving]


def _as_called_last(
    key: ops.CreateForeignKeyOp, operations: ops.OpContainer
) -> ops.CreateForeignKeyOp:
    """A foreign key that left its table, with the names that there are in the end."""
    schema = key.kw.get("source_schema")
    made = [
        isinstance(op, ops.CreateTableOp)
        and op.table_name == key.source_table
        and op.schema == schema
        for op in operations.ops
    ].index(True)
    for op in flat(ops.UpgradeOps(operations.ops[made:])):
        source = (schema, key.source_table)
        referent = (key.kw.get("referent_schema"), key.referent_table)
        column = renamed_column(op)
        if isinstance(op, ops.RenameTableOp):
            renamed = op.schema, op.table_name
            key.source_table = op.new_table_name if renamed == source else source[1]
            key.referent_table = op.new_table_name if renamed == referent else referent[1]
        elif column is not None:
            table, old, new = column
            if table == source:
                key.local_cols = [new if name == old else name for name in key.local_cols]
            if table == referent:
                key.remote_cols = [new if name == old else name for name in key.remote_cols]
    return key


def _uncounted(column: Column[Any]) -> Column[Any]:
    """The column of a primary key that would count if nobody knew of its foreign key."""
    if not column.primary_key or column.autoincrement != "auto":
        return column
    copy = column._copy()
    copy.autoincrement = False
    return copy


def _added(create: ops.CreateTableOp, key: ForeignKeyConstraint) -> ops.CreateForeignKeyOp:
    schema, table = _target(key)
    options = ("onupdate", "ondelete", "deferrable", "initially", "match")
    return ops.CreateForeignKeyOp(
        key.name if isinstance(key.name, str) else None,
        create.table_name,
        table,
        list(key.column_keys),
        [element.target_fullname.rpartition(".")[2] for element in key.elements],
        source_schema=create.schema,
        referent_schema=schema,
        **{name: getattr(key, name) for name in options if getattr(key, name) is not None},
        **key.dialect_kwargs,
    )


def _dropped(key: ops.CreateForeignKeyOp) -> ops.DropConstraintOp:
    return ops.DropConstraintOp(
        key.constraint_name,
        key.source_table,
        "foreignkey",
        schema=key.kw.get("source_schema"),
        _reverse=key,
    )


def _agree(forward: ops.OpContainer, backward: ops.OpContainer) -> None:
    """What drops a table knows of the table what creates it does."""
    creates = {_key(op): op for op in forward.ops if isinstance(op, ops.CreateTableOp)}
    for drop in backward.ops:
        if isinstance(drop, ops.DropTableOp):
            drop._reverse = creates.get(_key(drop), drop._reverse)


# Tables


def _sort_creates(operations: ops.OpContainer) -> None:
    """New tables come together, before what is done to them."""
    found = [op for op in operations.ops if isinstance(op, ops.CreateTableOp)]
    if found:
        first = min(operations.ops.index(op) for op in found)
        _together(operations, first, sorted_by_need(found))


def _sort_drops(operations: ops.OpContainer) -> None:
    """Dropped tables go together, when everything was done that comes before the first."""
    found = [op for op in operations.ops if isinstance(op, ops.DropTableOp)]
    if found:
        last = 1 + max(operations.ops.index(op) for op in found)
        _together(operations, last, sorted_by_need(found)[::-1])


def _together(operations: ops.OpContainer, place: int, found: Sequence[_Tables]) -> None:
    moved = set(map(id, found))
    before = [op for op in operations.ops[:place] if id(op) not in moved]
    after = [op for op in operations.ops[place:] if id(op) not in moved]
    operations.ops = [*before, *found, *after]


def sorted_by_need(tables: Sequence[_Tables]) -> list[_Tables]:
    """Those that others refer to come first; otherwise the order stays, in a cycle too."""
    numbers = {_key(op): number for number, op in enumerate(tables)}
    needs = [
        {numbers[key] for key in _targets(op) if key in numbers} - {number}
        for number, op in enumerate(tables)
    ]
    needed_by: dict[int, list[int]] = defaultdict(list)
    for number, others in enumerate(needs):
        for other in others:
            needed_by[other].append(number)
    waiting = dict.fromkeys(range(len(tables)))
    ready = [number for number in waiting if not needs[number]]
    done = []
    while waiting:
        number = heappop(ready) if ready else next(iter(waiting))
        if number not in waiting:
            continue
        del waiting[number]
        done.append(tables[number])
        for other in needed_by[number]:
            needs[other].discard(number)
            if not needs[other]:
                heappush(ready, other)
    return done


def _key(operation: _Tables) -> Key:
    return operation.schema, operation.table_name


def _targets(operation: _Tables) -> set[Key]:
    create = operation._reverse if isinstance(operation, ops.DropTableOp) else operation
    if create is None:
        return set()
    return {_target(key) for key in _foreign_keys(create)} | _parents(create)


def _parents(create: ops.CreateTableOp) -> set[Key]:
    """The tables that one of PostgreSQL inherits from."""
    return set(parents_said(create.kw.get("postgresql_inherits")))


def _foreign_keys(create: ops.CreateTableOp) -> list[ForeignKeyConstraint]:
    return [item for item in create.columns if isinstance(item, ForeignKeyConstraint)]


def _target(key: ForeignKeyConstraint) -> Key:
    schema, _, table = key.elements[0].target_fullname.rpartition(".")[0].rpartition(".")
    return schema or None, table


# Foreign keys of tables that stay


def _keys_outside(operations: ops.OpContainer) -> None:
    """Drop foreign keys before everything else, and create them after it.

    In blocks of their own only where that is not one table's business.
    """
    first, last = _moved(operations, _is_dropped_key), _moved(operations, _is_created_key)
    only = operations.ops[0] if len(operations.ops) == 1 else None
    if isinstance(only, ops.ModifyTableOps):
        only.ops = [*first, *only.ops, *last]
        return
    kept = [op for op in operations.ops if not isinstance(op, ops.ModifyTableOps) or op.ops]
    operations.ops = [*_by_table(first), *kept, *_by_table(last)]


def _moved(operations: ops.OpContainer, moves: Callable[[ops.MigrateOperation], bool]) -> list[Any]:
    found: list[Any] = []
    for table in operations.ops:
        if isinstance(table, ops.ModifyTableOps):
            found += [op for op in table.ops if moves(op)]
            table.ops = [op for op in table.ops if not moves(op)]
    return found


def _is_dropped_key(operation: ops.MigrateOperation) -> bool:
    return isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey"


def _is_created_key(operation: ops.MigrateOperation) -> bool:
    return isinstance(operation, ops.CreateForeignKeyOp)


def _renames(operation: ops.MigrateOperation) -> bool:
    if isinstance(operation, ops.ModifyTableOps):
        return any(_renames(op) for op in operation.ops)
    return isinstance(operation, ops.RenameTableOp | RenameSql) or bool(
        isinstance(operation, ops.AlterColumnOp) and operation.modify_name
    )


def _by_table(
    keys: Iterable[ops.CreateForeignKeyOp | ops.DropConstraintOp],
) -> list[ops.ModifyTableOps]:
    """Operations on foreign keys, in one block a table."""
    blocks: dict[Key, ops.ModifyTableOps] = {}
    for key in keys:
        if isinstance(key, ops.CreateForeignKeyOp):
            place = (key.kw.get("source_schema"), key.source_table)
        else:
            place = (key.schema, key.table_name)
        block = blocks.setdefault(place, ops.ModifyTableOps(place[1], [], schema=place[0]))
        block.ops.append(key)
    return list(blocks.values())
