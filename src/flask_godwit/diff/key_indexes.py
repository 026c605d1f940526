"""Indexes that MySQL and MariaDB need for foreign keys: made without being asked, and left behind.

A foreign key that is dropped leaves its index, which no model has. And the index that a foreign
key uses can't be dropped (error 1553) unless there is the one that the server would have made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.sql.elements import conv

from .blocks import blocks_of, by_table, done_to, table_of
from .index_steps import (
    MAKES_INDEX,
    are_apart,
    dropped_columns,
    drops_index,
    index_name,
    is_declared,
    serves,
)
from .index_swaps import IndexSwaps
from .key_steps import adds_key, drops_key, key_columns, key_name
from .names import Key
from .primary_key_indexes import PrimaryKeyIndexes
from .renames.view import goes
from .rows import Rows

_Columns = Sequence[str]
_Operations = Sequence[ops.MigrateOperation]
_DROPS = (ops.DropIndexOp, ops.DropConstraintOp)


@dataclass
class KeyIndexStage:
    """Looks after the indexes of one database's foreign keys.

    :param models: the tables as they are to be.
    :param leaves: whether the index of a dropped key is left to those who see what comes next.
    """

    rows: Rows
    models: Mapping[Key, Table]
    leaves: bool = False

    def run(self, up: ops.OpContainer, down: ops.OpContainer) -> None:
        """Change both ways of a script."""
        dialect = self.rows.connection.dialect
        old_name = partial(self._old_name, up)
        PrimaryKeyIndexes(dialect, self.models, self._indexes, self._keys).run(up, down)
        swaps = IndexSwaps(dialect, self.models, self._indexes, self._keys, old_name)
        swapped = swaps.run(up, down)
        self._bridge(up, down, swaps)
        self._bridge(down, up, None)
        above, below = by_table(up), by_table(down)
        dropped = [
            (table_of(block), *found)
            for block in ([] if self.leaves else blocks_of(up))
            for found in list(self._drop_left(block, done_to(above, table_of(block)), swapped))
        ]
        left = {(key, columns) for key, index, name, columns in dropped if index != name}
        gone = {(key, index) for key, index, _, _ in dropped}
        added = {key_name(op) for block in blocks_of(up) for op in block.ops if adds_key(op)}
        for block in blocks_of(down):
            self._drop_made(block, done_to(below, table_of(block)), added, gone)
        self._name_again(up, down, left)

    def keys_begin(self, key: Key) -> Set[str]:
        """The columns with which foreign keys of a table begin, as it was or is to be."""
        was = (columns[0] for columns in self._keys(key).values())
        table = self.models.get(key)
        declared = table.foreign_key_constraints if table is not None else ()
        return {*was, *(next(iter(constraint.columns)).name for constraint in declared)}

    def _drop_left(
        self, block: ops.ModifyTableOps, done: _Operations, swapped: set[tuple[Key, str]]
    ) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """The upgrade drops a key: its index goes with it. It is called as the key or the column.

        One that comes back by its name, with its columns, uses it again.

        :param swapped: indexes that go where another one takes their place.
        :returns: the names of the index and the key, and the columns.
        """
        key = (block.schema, block.table_name)
        adds = {key_name(op): key_columns(op) for op in done if adds_key(op)}
        known = {str(op.index_name) for op in done if isinstance(op, ops.DropIndexOp)}
        kept = {index.name for index in self.models[key].indexes} if key in self.models else set()
        for operation in [op for op in block.ops if drops_key(op)]:
            columns = key_columns(operation)
            name = key_name(operation)
            again = {other for other, local in adds.items() if other != name or local == columns}
            for index in dict.fromkeys((name, columns[0])):
                same = self._indexes(key).get(index) == columns and (key, index) not in swapped
                stays = {name, index} & (again | known | kept) or _gone(done, columns)
                if same and not stays:
                    _insert_after(block, operation, _drop_index(key, index))
                    yield index, name, columns

    def _drop_made(
        self,
        block: ops.ModifyTableOps,
        done: _Operations,
        added: set[str],
        gone: set[tuple[Key, str]],
    ) -> None:
        """The downgrade drops a key that the upgrade added: so does the server's index.

        :param gone: the indexes that the upgrade drops with their keys.
        """
        key = (block.schema, block.table_name)
        table = self.models.get(key)
        for operation in [op for op in block.ops if drops_key(op)]:
            name, columns = key_name(operation), key_columns(operation)
            made = name in added and table is not None and not is_declared(table, columns)
            before = any(
                index[: len(columns)] == columns and (key, other) not in gone
                for other, index in self._indexes(key).items()
            )
            if made and not before and not _gone(done, columns):
                _insert_after(block, operation, _drop_index(key, name))

    def _name_again(
        self, up: ops.OpContainer, down: ops.OpContainer, left: set[tuple[Key, tuple[str, ...]]]
    ) -> None:
        """A key comes back with its columns: its index has the name that it had, not the key's."""
        gone = {_key(op) for op in up.ops if isinstance(op, ops.DropTableOp)}
        above = by_table(up)
        for operation in list(down.ops):
            if isinstance(operation, ops.CreateTableOp) and _key(operation) in gone:
                keys = [c for c in operation.columns if isinstance(c, ForeignKeyConstraint)]
                named = [(str(key.name), tuple(key.column_keys)) for key in keys]
                if new := list(self._lacking(down, _key(operation), named)):
                    block = ops.ModifyTableOps(operation.table_name, new, schema=operation.schema)
                    down.ops.insert(1 + down.ops.index(operation), block)
        for block in blocks_of(down):
            for key in filter(adds_key, list(block.ops)):
                columns = key_columns(key)
                if (
                    _key(block) in gone
                    or (_key(block), columns) in left
                    or _gone(done_to(above, table_of(block)), columns)
                ):
                    new = list(self._lacking(down, _key(block), [(key_name(key), columns)]))
                    block.ops[block.ops.index(key) : block.ops.index(key)] = new

    def _lacking(
        self, down: ops.OpContainer, key: Key, keys: Sequence[tuple[str, tuple[str, ...]]]
    ) -> Iterator[ops.CreateIndexOp]:
        made = set(_made(down, key))
        for name, columns in keys:
            fitting = [n for n, i in self._indexes(key).items() if i[: len(columns)] == columns]
            if fitting and not made & {*fitting} and not {name, "PRIMARY"} & {*fitting}:
                made.add(fitting[0])
                index = list(self._indexes(key)[fitting[0]])
                yield ops.CreateIndexOp(conv(fitting[0]), key[1], index, schema=key[0])

    def _bridge(
        self, forward: ops.OpContainer, backward: ops.OpContainer, swaps: IndexSwaps | None
    ) -> None:
        """An index goes that a key needs: another one comes first, or what the server would make.

        :param swaps: of an upgrade: what is made in it has to be dropped by the way back.
        """
        all_blocks = by_table(forward)
        for block in blocks_of(forward):
            for operation in [op for op in block.ops if drops_index(op)]:
                key = table_of(block)
                done = done_to(all_blocks, key)
                for name, columns in self._uncovered(key, operation, done):
                    new = next((op for op in block.ops if serves(op, columns)), None)
                    apart = new is not None and are_apart(block, operation, new)
                    alike = new if not apart else None
                    if alike and swaps and _instead(swaps, block, backward, operation, alike):
                        break
                    own = ops.CreateIndexOp(name, key[1], list(columns), schema=key[0])
                    block.ops.insert(block.ops.index(operation), own)
                    if swaps is not None:
                        _drop_after(backward, key, operation, own)
                    if new and swaps and apart:
                        _insert_after(block, new, own.reverse())

    def _uncovered(
        self, key: Key, dropped: Any, done: _Operations
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The keys, by name, that would be left without an index."""
        table = self.models.get(key)
        index = dropped_columns(dropped)
        dropped_keys = [key_name(op) for op in done if drops_key(op)]
        gone = {self.rows.renames.new_name(key, "fk", name) for name in dropped_keys}
        gone |= {*dropped_keys}
        # A way back brings them later.
        gone |= {key_name(op) for op in done[done.index(dropped) :] if adds_key(op)}
        made = {op.index_name for op in done if isinstance(op, ops.CreateIndexOp)}
        there = {n: columns for n, columns in self._keys(key).items() if n not in gone}
        # One that is made anew before that has used the index, and has none of its own.
        there |= {
            key_name(op): key_columns(op) for op in done[: done.index(dropped)] if adds_key(op)
        }
        for name, columns in there.items():
            others = [
                o for n, o in self._indexes(key).items() if n not in (index_name(dropped), name)
            ]
            covered = any(other[: len(columns)] == columns for other in others)
            leads = index[: len(columns)] == columns
            taken = name in made and name != index_name(dropped)
            if leads and table is not None and not covered and not taken:
                yield name, columns

    def _indexes(self, key: Key) -> dict[str, tuple[str, ...]]:
        schema, table = self.rows.renames.old_key(key)
        if not self.rows.exists(key):
            return {}
        inspector = self.rows.inspector
        found = {
            self.rows.renames.new_name(key, "ix", str(index["name"])): self._columns_now(
                key, index["column_names"]
            )
            for index in inspector.get_indexes(table, schema=schema)
            if not goes("indexes", key, index, self.rows.renames)
        }
        primary = inspector.get_pk_constraint(table, schema=schema)["constrained_columns"]
        return {**found, "PRIMARY": self._columns_now(key, primary)}

    def _old_name(self, up: ops.OpContainer, key: Key, index: str) -> str:
        """What an index is called while its key, of which it will have the name, is not there."""
        old = self.rows.renames.old_name(key, "ix", index)
        aside = {
            key_name(op) for b in blocks_of(up) if _key(b) == key for op in b.ops if drops_key(op)
        }
        return old if old in aside else index

    def _keys(self, key: Key) -> dict[str, tuple[str, ...]]:
        schema, table = self.rows.renames.old_key(key)
        if not self.rows.exists(key):
            return {}
        keys = self.rows.inspector.get_foreign_keys(table, schema=schema)
        return {
            self.rows.renames.new_name(key, "fk", str(found["name"])): self._columns_now(
                key, found["constrained_columns"]
            )
            for found in keys
            if not goes("foreign_keys", key, found, self.rows.renames)
        }

    def _columns_now(self, key: Key, columns: Sequence[str | None]) -> tuple[str, ...]:
        return tuple(self.rows.renames.new_column(key, str(name)) for name in columns)


def _key(operation: Any) -> Key:
    return operation.schema, operation.table_name


def _made(operations: ops.OpContainer, key: Key) -> Iterator[str]:
    """The names of the indexes and unique constraints that a table is given."""
    for operation in (op for op in operations.ops if getattr(op, "table_name", "") == key[1]):
        if isinstance(operation, ops.CreateTableOp):
            uniques = (c for c in operation.columns if isinstance(c, UniqueConstraint))
            yield from (str(unique.name) for unique in uniques)
        for step in getattr(operation, "ops", ()):
            if isinstance(step, ops.CreateIndexOp):
                yield str(step.index_name)
            elif isinstance(step, ops.CreateUniqueConstraintOp):
                yield str(step.constraint_name)


def _gone(done: _Operations, columns: _Columns) -> bool:
    """Whether the columns are dropped too, and take the index with them."""
    dropped = {op.column_name for op in done if isinstance(op, ops.DropColumnOp)}
    return set(columns) <= dropped


def _drop_index(key: Key, name: str) -> ops.DropIndexOp:
    return ops.DropIndexOp(name, key[1], schema=key[0])


def _insert_after(
    block: ops.ModifyTableOps, operation: ops.MigrateOperation, new: ops.MigrateOperation
) -> None:
    block.ops.insert(1 + block.ops.index(operation), new)


def _instead(
    swaps: IndexSwaps,
    block: ops.ModifyTableOps,
    backward: ops.OpContainer,
    dropped: Any,
    new: Any,
) -> bool:
    """A key has an index at every moment, both ways, where another one takes its place."""
    if index_name(dropped) == index_name(new):
        return swaps.under_the_same_name(block, backward, dropped, new)
    _put_in_order(block, new, dropped)
    for each in blocks_of(backward):
        if _key(each) == _key(block):
            again = [op for op in each.ops if _is(op, MAKES_INDEX, index_name(dropped))]
            goes = [op for op in each.ops if _is(op, _DROPS, index_name(new))]
            if again and goes:
                _put_in_order(each, again[0], goes[0])
    return True


def _put_in_order(
    block: ops.ModifyTableOps, made: ops.MigrateOperation, dropped: ops.MigrateOperation
) -> None:
    """The one is made before the other is dropped, and nothing before its name is free."""
    start, end = block.ops.index(dropped), block.ops.index(made)
    if end < start:
        return
    needs_the_name = [
        op for op in block.ops[start:end] if _is(op, MAKES_INDEX, index_name(dropped))
    ]
    moved = made if needs_the_name else dropped
    block.ops.remove(moved)
    block.ops.insert(start if needs_the_name else end, moved)


def _is(operation: Any, kinds: Any, name: str | None) -> bool:
    return isinstance(operation, kinds) and index_name(operation) == name


def _drop_after(
    operations: ops.OpContainer, key: Key, dropped: Any, own: ops.CreateIndexOp
) -> None:
    """Drop an index where the one comes back that it stood in for."""
    for block in blocks_of(operations):
        if (block.schema, block.table_name) == key:
            for operation in list(block.ops):
                if _is(operation, MAKES_INDEX, index_name(dropped)):
                    _insert_after(block, operation, own.reverse())
