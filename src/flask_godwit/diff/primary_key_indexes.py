"""A primary key of MySQL or MariaDB that changes while foreign keys of its table need an index.

The server refuses to drop a primary key that a foreign key uses (error 1553) unless there is
another index, and drops its own index in silence where the new key begins with the same columns.
One statement for both is the same whatever was before, and works both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import Dialect, Table

from .blocks import ByTable, by_table, done_to
from .index_steps import MAKES_INDEX, begins_with, declared_indexes, index_columns, index_name
from .index_swaps import added_clause
from .key_steps import drops_key, key_name
from .names import Key, quoted
from .steps import DropCounted, Sql, flat

_Indexes = Mapping[str, tuple[str, ...]]
_Replacing = Sql | DropCounted


@dataclass
class PrimaryKeyIndexes:
    """Finds such primary keys in both ways of a script.

    :param indexes: the indexes of a table in the database, in new names.
    :param keys: its foreign keys, likewise.
    """

    dialect: Dialect
    models: Mapping[Key, Table]
    indexes: Callable[[Key], _Indexes]
    keys: Callable[[Key], _Indexes]

    def run(self, up: ops.OpContainer, down: ops.OpContainer) -> None:
        """Let the statements make and drop the indexes, too."""
        above, below = by_table(up), by_table(down)
        for key in [key for key in above if key in self.models]:
            there, back = _replacing(above, key), _replacing(below, key)
            if there is None or back is None or there.replaced is None:
                continue
            before, after = there.replaced
            for columns in self._staying(above, key):
                used, uses = begins_with(before, columns), begins_with(after, columns)
                if used and not uses and self._is_needed(key, columns):
                    name = self._own_name(key, columns)
                    own = ops.CreateIndexOp(name, key[1], list(columns), schema=key[0])
                    self._exchange(key, back, there, own)
                for index in self._given_up(above, key, columns) if uses and not used else ():
                    _without(above, key, index_name(index), _DROPS)
                    _without(below, key, index_name(index), MAKES_INDEX)
                    self._exchange(key, there, back, index)

    def _staying(self, above: ByTable, key: Key) -> set[tuple[str, ...]]:
        """The columns of the foreign keys that are there all the time."""
        gone = {key_name(op) for op in done_to(above, key) if drops_key(op)}
        return {columns for name, columns in self.keys(key).items() if name not in gone}

    def _own_name(self, key: Key, columns: tuple[str, ...]) -> str:
        """What the server calls its own index: as the foreign key, if that was given a name."""
        names = (
            constraint.name
            for constraint in self.models[key].foreign_key_constraints
            if tuple(column.name for column in constraint.columns) == columns
        )
        return next((str(name) for name in names if isinstance(name, str)), columns[0])

    def _is_needed(self, key: Key, columns: tuple[str, ...]) -> bool:
        """Whether a foreign key would have no index but the primary key's."""
        there = [index for name, index in self.indexes(key).items() if name != "PRIMARY"]
        # An index of the models is there before the primary key goes.
        others = (*there, *declared_indexes(self.models[key]))
        return not any(begins_with(index, columns) for index in others)

    def _given_up(
        self, above: ByTable, key: Key, columns: tuple[str, ...]
    ) -> Iterator[ops.CreateIndexOp | ops.CreateUniqueConstraintOp]:
        """The indexes of a foreign key that go now: those of the models, and the server's own."""
        dropped: dict[str, Any] = {
            index_name(op): op._reverse
            for op in done_to(above, key)
            if isinstance(op, _DROPS) and isinstance(op._reverse, MAKES_INDEX)
        }
        declared = any(begins_with(i, columns) for i in declared_indexes(self.models[key]))
        for name, index in self.indexes(key).items():
            if name == "PRIMARY" or not begins_with(index, columns):
                continue
            if name in dropped:
                yield dropped[name]
            elif index == columns and not declared:
                yield ops.CreateIndexOp(name, key[1], list(columns), schema=key[0])

    def _exchange(self, key: Key, drops: _Replacing, makes: _Replacing, index: Any) -> None:
        """One statement drops the index when the primary key serves, the other makes it again."""
        name = index_name(index)
        _extend(drops, f"DROP INDEX {quoted(self.dialect, name)}")
        _extend(makes, added_clause(self.dialect, key, index))
        drops.words += f", in place of {name}"
        makes.words += f", and {name} ({', '.join(index_columns(index))})"


_DROPS = (ops.DropIndexOp, ops.DropConstraintOp)


def _replacing(blocks: ByTable, key: Key) -> _Replacing | None:
    """The statement that gives a table another primary key."""
    steps = (step for block in blocks.get(key, ()) for step in flat(block))
    return next((s for s in steps if isinstance(s, _Replacing) and s.replaced), None)


def _without(blocks: ByTable, key: Key, name: str, kinds: Any) -> None:
    for block in blocks.get(key, ()):
        block.ops[:] = [o for o in block.ops if not isinstance(o, kinds) or index_name(o) != name]


def _extend(step: _Replacing, clause: str) -> None:
    if isinstance(step, DropCounted):
        step.there += f", {clause}"
    else:
        step.statement += f", {clause}"
