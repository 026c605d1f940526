"""Generated columns: their expressions, how they are stored, and what becomes of the values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, Computed, Table

from ...dialects.facts import ColumnFacts, TableFacts
from ..names import quoted
from ..names import said as place
from ..steps import Freed, Sql, Together, set_loss
from .definitions import altered_in, as_found, defining, is_other, new_in, redefine
from .sides import sides_of
from .text import alike, names_in


def compare_computed(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Column[Any],
    column: Column[Any],
    actual: ColumnFacts,
) -> None:
    """Add the operations that give a column its model's expression, or take it away."""
    computed = isinstance(column.server_default, Computed)
    twin = sides_of(context).twin(column.table)
    wanted = twin.columns.get(column.name) if twin else None
    altered = altered_in(modify, column.name)
    same = computed and bool(actual.computed)
    if same and (wanted is None or alike(wanted.computed, actual.computed)):
        said = wanted is not None and wanted.definition is not None
        if wanted and said and (altered is not None or is_other(context, wanted, actual)):
            _say_anew(context, modify, schema, found, column, (actual, wanted))
        elif altered is not None and _needs_conversion(context, altered):
            modify.ops.remove(altered)
            _exchange(context, modify, schema, (found, column), (actual, wanted), altered)
        return
    if wanted is not None and wanted.definition is not None and _is_stored_alike(wanted, actual):
        _say_anew(context, modify, schema, found, column, (actual, wanted))
        return
    if altered is not None:
        modify.ops.remove(altered)
    _exchange(context, modify, schema, (found, column), (actual, wanted), altered)


def make_way(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Table,
    table: Table,
    facts: TableFacts,
) -> None:
    """Have generated columns away while a column that they read gets another type."""
    retyped = {op.column_name for op in modify.ops if retypes(op)}
    if not retyped:
        return
    added = {op.column.name for op in modify.ops if isinstance(op, ops.AddColumnOp)}
    for column in table.columns:
        actual = facts.columns.get(column.name)
        stays = actual is not None and isinstance(column.server_default, Computed)
        if actual is None or not stays or column.name in added:
            continue
        if names_in(actual.computed or "") & retyped:
            operation = altered_in(modify, column.name)
            if operation is not None:
                modify.ops.remove(operation)
            pair = (found.columns[column.name], column)
            _exchange(context, modify, schema, pair, (actual, None), operation)
    gone = [op for op in modify.ops if isinstance(op, ops.DropColumnOp) and _was(facts, op)]
    last = [op for op in modify.ops if isinstance(op, ops.AddColumnOp) and _computes(op)]
    rest = [op for op in modify.ops if op not in gone and op not in last]
    place = 1 + max(number for number, op in enumerate(rest) if retypes(op))
    modify.ops[:] = [*gone, *rest[:place], *last, *rest[place:]]


def _was(facts: TableFacts, operation: ops.DropColumnOp) -> bool:
    column = facts.columns.get(operation.column_name)
    return bool(column and column.computed)


def _computes(operation: ops.AddColumnOp) -> bool:
    return isinstance(operation.column.server_default, Computed)


def retypes(operation: ops.MigrateOperation) -> TypeGuard[ops.AlterColumnOp]:
    """Whether a column gets another type."""
    return isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None


def _needs_conversion(context: AutogenContext, altered: ops.AlterColumnOp) -> bool:
    """Whether values would have to be converted, there or back, which PostgreSQL doesn't do with
    generated ones.
    """
    old, new = altered.existing_type, altered.modify_type
    if old is None or new is None:
        return False
    assert context.connection is not None
    conversion = sides_of(context).database.conversion
    ways = (conversion(context.connection, "x", *ends) for ends in ((old, new), (new, old)))
    return any(way != "" for way in ways)


def _say_anew(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Column[Any],
    column: Column[Any],
    facts: tuple[ColumnFacts, ColumnFacts],
) -> None:
    """Where one statement does, and keeps what stands on the column."""
    actual, wanted = facts
    operation = altered_in(modify, column.name)
    if as_found(context, wanted, actual).definition == actual.definition:
        if operation is not None:
            modify.ops.remove(operation)
        return
    operation = operation or new_in(modify, schema, found, column)
    if is_other(context, wanted, actual):
        operation.modify_type = column.type
    redefine(context, modify, schema, operation, wanted, actual)


def _is_stored_alike(wanted: ColumnFacts, actual: ColumnFacts) -> bool:
    """Whether both have values on the disk, as plain columns do, or both have none."""
    virtual = [bool(f.computed and f.computed.startswith("VIRTUAL")) for f in (wanted, actual)]
    return virtual[0] == virtual[1]


def _exchange(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    columns: tuple[Column[Any], Column[Any]],
    facts: tuple[ColumnFacts, ColumnFacts | None],
    altered: ops.AlterColumnOp | None,
) -> None:
    """One column in the place of the other; what else of it is altered goes with that."""
    found, column = columns
    dropping = ops.DropColumnOp.from_column_and_tablename(schema, modify.table_name, found)
    adding = ops.AddColumnOp.from_column_and_tablename(schema, modify.table_name, column)
    again: list[ops.MigrateOperation] = [adding.reverse(), dropping.reverse()]
    change: list[ops.MigrateOperation] = [dropping, adding]
    if not isinstance(column.server_default, Computed):
        plain = _kept(context, schema, found, column, altered)
        if plain:
            # What only alters the column stands for itself: its values may have to be converted.
            first = [*_stored(modify, schema, found, facts[0]), *plain[:1]]
            if isinstance(plain[0], ops.AlterColumnOp):
                again = [_computed_again(plain[0], found)]
            modify.ops[:0] = [Together(first, again), *plain[1:]]
            return
        if facts[1] is not None and facts[1].definition is not None:
            change = [Together(_stored_and_plain(context, modify, schema, columns, facts), again)]
    modify.ops += change


def _kept(
    context: AutogenContext,
    schema: str | None,
    found: Column[Any],
    column: Column[Any],
    altered: ops.AlterColumnOp | None,
) -> list[ops.MigrateOperation]:
    """What makes a generated column a plain one and keeps its values."""
    name = column.table.name
    assert context.dialect is not None
    dialect, database = context.dialect, sides_of(context).database
    statement = database.drop_expression(
        quoted(dialect, schema, name), quoted(dialect, column.name)
    )
    if not statement and not database.keeps_what_it_generated:
        return []
    default: Any = column.server_default
    rest = altered or ops.AlterColumnOp(
        name,
        column.name,
        schema=schema,
        existing_type=found.type,
        existing_nullable=found.nullable,
    )
    rest.existing_server_default = False
    if not statement:
        rest.modify_server_default = default
        return [rest]
    rest.modify_server_default = False if default is None else default
    where = place((schema, name), column.name)
    first = Sql(statement, words=f"{where}: no longer computed", back=f"{where}: computed")
    return [first, Freed.of(rest)] if rest.has_changes() else [first]


def _computed_again(plain: ops.AlterColumnOp, found: Column[Any]) -> ops.AlterColumnOp:
    """Where a column can be altered to be computed: what stands on it stays."""
    back = plain.reverse()
    back.modify_server_default = found.server_default
    return back


def _stored(
    modify: ops.ModifyTableOps, schema: str | None, found: Column[Any], actual: ColumnFacts
) -> Sequence[ops.MigrateOperation]:
    """PostgreSQL can't make a virtual column plain, but one that is stored, which so has values."""
    if not (actual.computed or "").startswith("v "):
        return []
    expression: Any = found.server_default
    stored = Column(
        found.name,
        found.type,
        Computed(expression.sqltext, persisted=True),
        nullable=found.nullable,
        comment=found.comment,
    )
    return [
        _lossless(ops.DropColumnOp.from_column_and_tablename(schema, modify.table_name, found)),
        ops.AddColumnOp(modify.table_name, stored, schema=schema),
    ]


def _lossless(operation: ops.DropColumnOp) -> ops.DropColumnOp:
    """One that has no values of its own."""
    set_loss(operation, "")
    return operation


def _stored_and_plain(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    columns: tuple[Column[Any], Column[Any]],
    facts: tuple[ColumnFacts, ColumnFacts | None],
) -> Sequence[ops.MigrateOperation]:
    """What was never on the disk is stored first, and so keeps its values."""
    found, column = columns
    expression: Any = found.server_default
    stored = Column(found.name, found.type, Computed(expression.sqltext, persisted=True))
    assert facts[1] is not None
    table = modify.table_name
    where = place((schema, table), column.name)
    return [
        _lossless(ops.DropColumnOp.from_column_and_tablename(schema, table, found)),
        ops.AddColumnOp(table, stored, schema=schema),
        Sql(
            defining(context, schema, table, column.name, facts[1]),
            words=f"{where}: no longer computed",
        ),
    ]
