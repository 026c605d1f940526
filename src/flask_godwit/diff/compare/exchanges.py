"""A column that is dropped and added again: indexes on it go before and come after."""

from __future__ import annotations

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Index, Table

from ...dialects.facts import TableFacts
from ..steps import Together, flat
from .computed import retypes
from .indexes import dropped_index
from .names import final_name
from .rewording import exchanged_in, rewords

_DROPS = (ops.DropIndexOp, ops.DropConstraintOp)
_INDEXES = (ops.DropIndexOp, ops.CreateIndexOp)


def keep_indexes(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    table: Table,
    facts: TableFacts,
) -> None:
    """Take the indexes of such columns away in time, and give them back."""
    exchanged, is_reworded = exchanged_in(modify), rewords(context, modify)
    reworded = {name for name, text in facts.indexes.items() if is_reworded(text)}
    if not exchanged and not reworded:
        return
    changed = {str(op.index_name) for op in modify.ops if isinstance(op, _INDEXES)}
    stay = {
        name: index
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if (name := _name(context, index)) in facts.indexes
        and name not in changed
        and (name in reworded or exchanged & {column.name for column in index.columns})
    }
    first = [op for op in modify.ops if isinstance(op, _DROPS)]
    first += [dropped_index(schema, table.name, name, facts.indexes[name]) for name in stay]
    columns = [op for op in modify.ops if _columns(op) & exchanged]
    drops = [op for op in columns if not isinstance(op, ops.AddColumnOp)]
    adds = [op for op in columns if isinstance(op, ops.AddColumnOp)]
    rest = [op for op in modify.ops if op not in columns and not isinstance(op, _DROPS)]
    place = max((1 + number for number, op in enumerate(rest) if retypes(op)), default=0)
    creates = [ops.CreateIndexOp.from_index(index) for index in stay.values()]
    modify.ops[:] = [*first, *drops, *rest[:place], *adds, *rest[place:], *creates]


def _columns(operation: ops.MigrateOperation) -> set[str]:
    """The columns that an operation drops or adds."""
    inside = list(flat(operation)) if isinstance(operation, Together) else [operation]
    dropped = {op.column_name for op in inside if isinstance(op, ops.DropColumnOp)}
    return dropped | {op.column.name for op in inside if isinstance(op, ops.AddColumnOp)}


def _name(context: AutogenContext, index: Index) -> str:
    assert context.dialect is not None
    return final_name(context.dialect, index) or ""
