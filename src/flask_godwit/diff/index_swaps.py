"""An index that takes the place of the one that MySQL or MariaDB made for a foreign key.

The server drops its own index in silence when another one begins with the same columns, but not
one that somebody made, as a downgrade does: what is there afterwards depends on the past. One
statement for both is the same whatever was before, and leaves the key no moment without an index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect, Table, UniqueConstraint
from sqlalchemy.schema import AddConstraint, CreateIndex, DDLElement

from .blocks import blocks_of, by_table, table_of
from .compare.text import undoubled
from .index_steps import index_columns, index_name
from .names import Key, quoted, said
from .steps import Sql

_Indexes = Mapping[str, tuple[str, ...]]
_New = ops.CreateIndexOp | ops.CreateUniqueConstraintOp


@dataclass
class IndexSwaps:
    """Finds such indexes in both ways of a script.

    :param indexes: the indexes of a table in the database, in new names.
    :param keys: its foreign keys, likewise.
    :param old_name: what an index of a table is called at that moment, by its new name.
    """

    dialect: Dialect
    models: Mapping[Key, Table]
    indexes: Callable[[Key], _Indexes]
    keys: Callable[[Key], _Indexes]
    old_name: Callable[[Key, str], str]

    def run(self, up: ops.OpContainer, down: ops.OpContainer) -> set[tuple[Key, str]]:
        """Make one statement of each.

        :returns: the tables and names of the indexes that go.
        """
        swapped, blocks = set(), by_table(up)
        for block in blocks_of(up):
            key = table_of(block)
            if key not in self.models or not any(isinstance(op, _New) for op in block.ops):
                continue
            gone = {name for each in blocks[key] for name in _without(each)}
            for made, columns in self._made(key, gone):
                new = next((op for op in block.ops if _begins(op, columns, made)), None)
                old = ops.CreateIndexOp(made, key[1], list(columns), schema=key[0])
                if new is not None and self._swap(block, down, new, old):
                    swapped.add((key, made))
        return swapped

    def under_the_same_name(
        self, block: ops.ModifyTableOps, down: ops.OpContainer, dropped: Any, new: Any
    ) -> bool:
        """One statement for an index that goes and the one that is called as it, both ways, unless
        the way back has no such step; whether it was done.
        """
        key, old = (block.schema, block.table_name), dropped._reverse
        if old is None or not self._swap(block, down, new, old):
            return False
        block.ops.remove(dropped)
        for each in (each for each in blocks_of(down) if (each.schema, each.table_name) == key):
            each.ops[:] = [op for op in each.ops if not _makes(op, index_name(dropped))]
        return True

    def _made(self, key: Key, gone: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The server's own indexes that nobody else asks for or drops: each is called as its key
        or the column.
        """
        table, indexes = self.models[key], self.indexes(key)
        kept = {str(index.name) for index in table.indexes}
        kept |= {str(c.name) for c in table.constraints if isinstance(c, UniqueConstraint)}
        for name, columns in self.keys(key).items():
            made = next((n for n in (name, columns[0]) if indexes.get(n) == columns), None)
            if made is not None and made not in kept | gone:
                yield self.old_name(key, made), columns

    def _swap(
        self,
        block: ops.ModifyTableOps,
        down: ops.OpContainer,
        new: Any,
        old: _New,
    ) -> bool:
        """Both ways, unless the way back has no such step; whether it was done."""
        key, name = (block.schema, block.table_name), index_name(new)
        back = next(
            ((b, op) for b in blocks_of(down) for op in b.ops if _drops(op, key, name)), None
        )
        if back is None:
            return False
        was, columns, before = index_name(old), index_columns(new), index_columns(old)
        there = Sql(self._statement(key, was, new), self._statement(key, name, old))
        there.words = f"index {name} on {said(key)} ({', '.join(columns)}), in place of {was}"
        there.back = f"index {was} on {said(key)} ({', '.join(before)}), in place of {name}"
        block.ops[block.ops.index(new)] = there
        back[0].ops[back[0].ops.index(back[1])] = there.reverse()
        return True

    def _statement(self, key: Key, old: str, new: _New) -> str:
        return (
            f"ALTER TABLE {quoted(self.dialect, *key)}"
            f" DROP INDEX {quoted(self.dialect, old)}, {added_clause(self.dialect, key, new)}"
        )


def added_clause(dialect: Dialect, key: Key, new: _New) -> str:
    """The clause of ALTER TABLE that makes an index, of the statement that SQLAlchemy knows."""
    table = quoted(dialect, *key)
    if isinstance(new, ops.CreateIndexOp):
        created = _compiled(dialect, CreateIndex(new.to_index()))
        return created.replace("CREATE", "ADD", 1).replace(f" ON {table} (", " (", 1)
    added = _compiled(dialect, AddConstraint(new.to_constraint()))
    return added.removeprefix(f"ALTER TABLE {table} ")


def _compiled(dialect: Dialect, statement: DDLElement) -> str:
    return undoubled(str(statement.compile(dialect=dialect)), dialect)


def _without(block: ops.ModifyTableOps) -> Iterator[str]:
    """The names of what is dropped of a table, foreign keys that only stand aside left out."""
    for operation in block.ops:
        if isinstance(operation, ops.DropIndexOp):
            yield str(operation.index_name)
        elif isinstance(operation, ops.DropConstraintOp) and not _is_key(operation):
            yield str(operation.constraint_name)


def _is_key(operation: ops.DropConstraintOp) -> bool:
    return operation.constraint_type == "foreignkey"


def _begins(operation: Any, columns: tuple[str, ...], made: str) -> bool:
    """Whether it makes an index that serves the foreign key of these columns."""
    if not isinstance(operation, _New) or index_name(operation) == made:
        return False
    return tuple(index_columns(operation)[: len(columns)]) == columns


def _drops(operation: Any, key: Key, name: str) -> bool:
    if isinstance(operation, ops.DropIndexOp | ops.DropConstraintOp):
        place = (operation.schema, operation.table_name)
        return (
            place == key and isinstance(operation._reverse, _New) and index_name(operation) == name
        )
    return False


def _makes(operation: Any, name: str) -> bool:
    return isinstance(operation, _New) and index_name(operation) == name
