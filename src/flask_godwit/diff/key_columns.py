"""Foreign keys stand aside while the type of their columns changes.

MySQL and MariaDB refuse to change it on either end of a key (errors 1832, 1833 and 3780), even when
the other end follows in the next statement; AUTO_INCREMENT counts as a part of it. Every server
refuses to drop the key that a foreign key refers to, even when another one on the same columns
follows. PostgreSQL refuses it only where nothing compares the old type with the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import Table
from sqlalchemy.sql.elements import conv

from ..dialects.base import Database
from .blocks import blocks_of
from .names import Key
from .renames.view import goes
from .row_queries import unique_columns
from .rows import Rows
from .steps import Named, Sql, flat

_Operations = Sequence[ops.MigrateOperation]
_Ends = tuple[set[tuple[Key, str]], ops.CreateForeignKeyOp]


@dataclass
class KeyColumnStage:
    """Takes the foreign keys of one database out of the way, and puts them back.

    :param models: the tables as they are to be.
    """

    rows: Rows
    models: Mapping[Key, Table]
    database: Database

    def run(self, up: ops.OpContainer, down: ops.OpContainer) -> None:
        """Change both ways of a script; where the keys' statements belong is settled later."""
        blocks = list(blocks_of(up))
        changing = {place for block in blocks for place in self._changing(block)}
        changing |= {place for op in flat(up) for place in _remade(op)}
        losing = {place for block in blocks for place in _losing(block)}
        if not changing | losing:
            return
        _make_late(up, down, changing)
        gone = {_key_of(op) for op in flat(up) if _is_drop(op)}
        # One that gets a new name, where that can't be changed, is away between the two as well.
        gone |= {_key_made(op) for op in flat(up) if isinstance(op, ops.CreateForeignKeyOp)}
        tables = {_table_of(op) for op in flat(up) if isinstance(op, ops.DropTableOp)}
        for ends, key in self._keys():
            table = (key.kw["source_schema"], key.source_table)
            if not ends & changing and not _remote(key) & losing:
                continue
            if table in tables or (table, key.constraint_name) in gone:
                continue
            index, again = self._index(table, key, up), _with_new_name(table, key, up, down)
            # Where both scripts have the new names: after the renames, and before those back.
            up.ops.append(_aside(table, key, index, again))
            down.ops.insert(0, _aside(table, again, index, key))

    def _index(self, table: Key, key: ops.CreateForeignKeyOp, up: ops.OpContainer) -> _Operations:
        """Make the index that nobody asked for one that somebody did.

        The server would replace it when the key comes back, by one with the key's name.
        """
        columns = list(key.local_cols)
        renames = self.rows.renames
        schema, name = renames.old_key(table)
        if table not in self.models or not self.database.indexes_foreign_keys:
            return ()
        declared = {str(index.name) for index in self.models[table].indexes}
        for found in self.rows.inspector.get_indexes(name, schema=schema):
            index = renames.new_name(table, "ix", str(found["name"]))
            is_own = index not in declared | {str(key.constraint_name)} and not found["unique"]
            names = [renames.new_column(table, str(each)) for each in found["column_names"]]
            if is_own and names == columns and not _settles(up, table, index, columns):
                create = ops.CreateIndexOp(index, table[1], columns, schema=table[0])
                return (create.reverse(), create)
        return ()

    def _changing(self, block: ops.ModifyTableOps) -> Iterator[tuple[Key, str]]:
        """The columns that get another type, or a counter, or a character set with their table."""
        key = (block.schema, block.table_name)
        for operation in flat(block):
            if isinstance(operation, Sql):
                yield from ((key, name) for name in operation.retyped)
            elif isinstance(operation, ops.AlterColumnOp) and self._is_in_the_way(operation):
                yield key, operation.column_name

    def _is_in_the_way(self, operation: ops.AlterColumnOp) -> bool:
        old, new = operation.existing_type, operation.modify_type
        if new is None:
            return False
        return old is None or not self.database.keeps_foreign_keys(self.rows.connection, old, new)

    def _tables(self) -> Iterator[Key]:
        """The tables of the database in the schemas of the models."""
        inspector = self.rows.inspector
        there = {None, *inspector.get_schema_names()}
        for schema in sorted({None, *(schema for schema, _ in self.models)} & there, key=str):
            yield from ((schema, name) for name in inspector.get_table_names(schema))

    def _keys(self) -> Iterator[_Ends]:
        """The keys of the database in new names, with the columns at both ends."""
        renames, inspector = self.rows.renames, self.rows.inspector
        for schema, found in self._tables():
            source = renames.new_key((schema, found))
            for item in inspector.get_foreign_keys(found, schema):
                if goes("foreign_keys", source, item, renames):
                    continue
                target = renames.new_key((item["referred_schema"], item["referred_table"]))
                local = [renames.new_column(source, c) for c in item["constrained_columns"]]
                remote = [renames.new_column(target, c) for c in item["referred_columns"]]
                name: Any = item["name"]
                key = ops.CreateForeignKeyOp(
                    conv(renames.new_name(source, "fk", name)),
                    source[1],
                    target[1],
                    local,
                    remote,
                    source_schema=source[0],
                    referent_schema=target[0],
                    **item.get("options", {}),
                )
                ends = {(source, name) for name in local} | {(target, name) for name in remote}
                yield ends, key


def _remade(operation: ops.MigrateOperation) -> Iterator[tuple[Key, str]]:
    """The column that gets a type made anew, by a statement that stands in no block."""
    if isinstance(operation, Sql) and operation.remade is not None:
        yield operation.remade


def _losing(block: ops.ModifyTableOps) -> Iterator[tuple[Key, str]]:
    """The columns of keys that go."""
    key = (block.schema, block.table_name)
    for operation in block.ops:
        if isinstance(operation, ops.DropConstraintOp | ops.DropIndexOp):
            kept: Any = operation._reverse
            is_primary = isinstance(kept, ops.CreatePrimaryKeyOp)
            names = map(str, kept.columns) if is_primary else unique_columns(kept)
            yield from ((key, name) for name in names)


def _make_late(up: ops.OpContainer, down: ops.OpContainer, changing: set[tuple[Key, str]]) -> None:
    """A key that is made anew for another name is away until its columns have changed."""
    for block in list(blocks_of(up)):
        old = [tuple(op._reverse.local_cols) for op in block.ops if _is_drop(op)]  # type: ignore[attr-defined]
        for key in [op for op in block.ops if isinstance(op, ops.CreateForeignKeyOp)]:
            drops = ((b, op) for b in blocks_of(down) for op in b.ops if _is_drop(op))
            back = next((each for each in drops if _key_of(each[1]) == _key_made(key)), None)
            if back is None or tuple(key.local_cols) not in old or not _ends(key) & changing:
                continue
            schema, table = block.schema, block.table_name
            block.ops.remove(key)
            up.ops.append(ops.ModifyTableOps(table, [key], schema=schema))
            back[0].ops.remove(back[1])
            down.ops.insert(0, ops.ModifyTableOps(table, [back[1]], schema=schema))


def _ends(key: ops.CreateForeignKeyOp) -> set[tuple[Key, str]]:
    source = (key.kw.get("source_schema"), key.source_table)
    target = (key.kw.get("referent_schema"), key.referent_table)
    return {(source, name) for name in key.local_cols} | {(target, c) for c in key.remote_cols}


def _settles(up: ops.OpContainer, table: Key, name: str, columns: Sequence[str]) -> bool:
    """Whether the script drops an index anyway, or makes another one that takes its place."""
    for operation in flat(up):
        if isinstance(operation, ops.DropIndexOp):
            if (operation.schema, operation.table_name, operation.index_name) == (*table, name):
                return True
        elif isinstance(operation, ops.CreateIndexOp | ops.CreateUniqueConstraintOp):
            found = [str(getattr(column, "name", column)) for column in operation.columns]
            place = (operation.schema, operation.table_name)
            if place == table and found[: len(columns)] == list(columns):
                return True
    return False


def _remote(key: ops.CreateForeignKeyOp) -> set[tuple[Key, str]]:
    target = (key.kw["referent_schema"], key.referent_table)
    return {(target, name) for name in key.remote_cols}


def _is_drop(operation: ops.MigrateOperation) -> bool:
    return isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey"


def _key_of(operation: Any) -> tuple[Key, str]:
    return (operation.schema, operation.table_name), str(operation.constraint_name)


def _key_made(operation: ops.CreateForeignKeyOp) -> tuple[Key, str]:
    table = (operation.kw.get("source_schema"), operation.source_table)
    return table, str(operation.constraint_name)


def _table_of(operation: ops.DropTableOp) -> Key:
    return operation.schema, operation.table_name


def _with_new_name(
    table: Key, key: ops.CreateForeignKeyOp, up: ops.OpContainer, down: ops.OpContainer
) -> ops.CreateForeignKeyOp:
    """The key as it comes back: with the name that a statement would give it, which is left out."""
    old = str(key.constraint_name)
    for step in flat(up):
        named = step.named if isinstance(step, Sql) else None
        if named and named[:3] == ("fk", table, old):
            again = copy(key)
            again.constraint_name = conv(named[3])
            _leave_out(up, named)
            _leave_out(down, ("fk", table, named[3], old))
            return again
    return key


def _leave_out(container: ops.OpContainer, named: Named) -> None:
    """Without the statement that gives something its name."""
    for operation in container.ops:
        if isinstance(operation, ops.OpContainer):
            _leave_out(operation, named)
    container.ops[:] = [op for op in container.ops if getattr(op, "named", None) != named]


def _aside(
    table: Key, key: ops.CreateForeignKeyOp, between: _Operations, again: ops.CreateForeignKeyOp
) -> ops.ModifyTableOps:
    return ops.ModifyTableOps(table[1], [_dropped(key), *between, again], schema=table[0])


def _dropped(key: ops.CreateForeignKeyOp) -> ops.DropConstraintOp:
    return ops.DropConstraintOp(
        key.constraint_name,
        key.source_table,
        "foreignkey",
        schema=key.kw["source_schema"],
        _reverse=key,
    )
