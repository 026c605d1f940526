"""Columns: collations and generated values, and false alarms that the server's words take back."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import ARRAY, Column, Computed, Table
from sqlalchemy.types import NullType

from ...dialects.facts import ColumnFacts, TableFacts
from .computed import compare_computed, make_way
from .counters import compare_counter
from .definitions import altered_in, complete, is_other, new_in
from .sides import sides_of


def compare_columns(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Table,
    table: Table,
    facts: TableFacts,
) -> None:
    """Add to the operations what Alembic has not seen of columns that are on both sides."""
    added = {op.column.name for op in modify.ops if isinstance(op, ops.AddColumnOp)}
    for column in table.columns:
        actual = facts.columns.get(column.name)
        if actual is None or column.name in added or column.name not in found.columns:
            continue
        before = found.columns[column.name]
        if not _is_looked_at(context, column, before):
            continue
        _compare(context, modify, schema, before, column, actual)
        complete(context, modify, schema, before, column, actual)
        compare_counter(context, modify, schema, before, column, actual)
    if not sides_of(context).database.retypes_what_is_read:
        make_way(context, modify, schema, found, table, facts)
    if not sides_of(context).database.counts_in_columns:
        for operation in modify.ops:
            if isinstance(operation, ops.AlterColumnOp):
                operation.kw.pop("autoincrement", None)  # Alembic warns of it


def _compare(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Column[Any],
    column: Column[Any],
    actual: ColumnFacts,
) -> None:
    if actual.computed or isinstance(column.server_default, Computed):
        compare_computed(context, modify, schema, found, column, actual)
        return
    altered = altered_in(modify, column.name)
    collation = getattr(_inside(column.type), "collation", None)
    charset = getattr(column.type, "charset", None)
    said = actual.collation or collation or charset
    if altered is None and not said and _is_obviously_same(context, column, actual):
        return
    if context.migration_context._user_compare_type is False:
        return
    twin = sides_of(context).twin(column.table)
    wanted = twin.columns.get(column.name) if twin else None
    if wanted is None:
        return
    if wanted.definition is not None and wanted.definition == actual.definition:
        if altered is not None:
            _calm(modify, altered)
    elif is_other(context, wanted, actual) or _other_enum(found, column):
        altered = altered or new_in(modify, schema, found, column)
        altered.modify_type = column.type
        if actual.definition is None:
            altered.existing_type = _collated(altered.existing_type, actual.collation)
    elif altered is not None and not _is_asked_for(context, column):
        altered.modify_type = None  # SQLAlchemy reads it as another, the server does not
        if not altered.has_changes():
            modify.ops.remove(altered)


def _collated(type_: Any, collation: str | None) -> Any:
    """A type with the collation that SQLAlchemy has not reflected, so that it can be taken away."""
    if collation is None or getattr(_inside(type_), "collation", "") is not None:
        return type_
    known = type_.copy()
    if isinstance(type_, ARRAY):
        known.item_type = _collated(type_.item_type, collation)
    else:
        known.collation = collation
    return known


def _inside(type_: Any) -> Any:
    """What sorts: the elements of an array."""
    return type_.item_type if isinstance(type_, ARRAY) else type_


def _is_asked_for(context: AutogenContext, column: Column[Any]) -> bool:
    """Whether a type may differ although the server says the same of both."""
    by_project = callable(context.migration_context._user_compare_type)
    return by_project or hasattr(column.type, "enums")


def _is_obviously_same(context: AutogenContext, column: Column[Any], actual: ColumnFacts) -> bool:
    """Whether the server says the type in the words of the model. Lists of values are read."""
    if actual.type is None or isinstance(column.type, NullType):
        return True
    if hasattr(column.type, "enums") or hasattr(column.type, "values"):
        # A type with a name is compared as such; an array of it is another type.
        return actual.definition is None and not actual.type.endswith("[]")
    assert context.dialect is not None
    compiler: Any = context.dialect.type_compiler_instance
    said = compiler.process(column.type, type_expression=column)
    plain = sides_of(context).database.plain_type
    return plain(actual.type) == plain(said)


def _other_enum(found: Column[Any], column: Column[Any]) -> bool:
    """Whether the values of an enumeration that is the column's own differ, or their order."""
    before, after = getattr(found.type, "enums", None), getattr(column.type, "enums", None)
    return bool(before and after and list(before) != list(after)) and not _has_type(found)


def _has_type(found: Column[Any]) -> bool:
    """Whether the enumeration is a type with a name, shared by columns."""
    return bool(getattr(found.type, "name", None))


def _calm(modify: ops.ModifyTableOps, altered: ops.AlterColumnOp) -> None:
    """Take back what the server sees no difference in."""
    altered.modify_type = None
    altered.modify_server_default = False
    altered.modify_nullable = None
    altered.modify_comment = False
    if not altered.has_changes():
        modify.ops.remove(altered)


def _is_looked_at(context: AutogenContext, column: Column[Any], found: Column[Any]) -> bool:
    return context.run_object_filters(column, column.name, "column", False, found)
