"""What MODIFY would lose of a column of MySQL or MariaDB, since Alembic has no words for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import JSON, Column

from ...dialects.facts import ColumnFacts
from ..column_checks import checks_of
from ..names import quoted
from ..steps import Redefined
from .sides import sides_of
from .text import alike, plain


def complete(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    found: Column[Any],
    column: Column[Any],
    actual: ColumnFacts,
) -> None:
    """Compare the CHECK in a column, and keep it where something else changes."""
    altered = altered_in(modify, column.name)
    if altered is not None and actual.definition is not None:
        _keep_on_update(context, modify, schema, altered, column, actual)
        altered = altered_in(modify, column.name)
    in_columns = sides_of(context).database.checks_in_columns
    own = bool(checks_of(column)) and in_columns
    to_json = in_columns and _is_written_as_json(context, column)
    if actual.check is None and not own and not to_json:
        return
    if altered is None and not own and to_json and is_json(actual, column):
        return
    twin = sides_of(context).twin(column.table)
    wanted = twin.columns.get(column.name) if twin else None
    if wanted is None or (altered is None and alike(wanted.check, actual.check)):
        return
    if all(side.check is None or is_json(side, column) for side in (wanted, actual)):
        if (wanted.check is None) != (actual.check is None):
            altered = altered or new_in(modify, schema, found, column)
            altered.modify_type = altered.modify_type or column.type
        _say_json(altered, column, wanted, actual)
        return
    operation = altered or new_in(modify, schema, found, column)
    redefine(context, modify, schema, operation, wanted, actual)


def _keep_on_update(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    altered: ops.AlterColumnOp,
    column: Column[Any],
    actual: ColumnFacts,
) -> None:
    """``ON UPDATE`` stays where a default is dropped, and goes where that is NULL."""
    twin = sides_of(context).twin(column.table)
    wanted = twin.columns.get(column.name) if twin else None
    if wanted is None:
        return
    before, after = (facts.default or "" for facts in (actual, wanted))
    if "ON UPDATE" not in before + after:
        return
    if before != after or before.startswith("NULL"):
        redefine(context, modify, schema, altered, wanted, actual)


def redefine(
    context: AutogenContext,
    modify: ops.ModifyTableOps,
    schema: str | None,
    operation: ops.AlterColumnOp,
    wanted: ColumnFacts,
    actual: ColumnFacts,
) -> None:
    """Have a column said anew, in the place of an operation that does a part of it."""
    wanted = as_found(context, wanted, actual)
    there, back = (
        defining(context, schema, modify.table_name, operation.column_name, side)
        for side in (wanted, actual)
    )
    redefined = Redefined.of(operation, there, back)
    redefined.check, redefined.old_check = wanted.check, actual.check
    redefined.computed, redefined.old_computed = wanted.computed, actual.computed
    modify.ops[modify.ops.index(operation)] = redefined


def as_found(context: AutogenContext, wanted: ColumnFacts, actual: ColumnFacts) -> ColumnFacts:
    """A column as its model wants it, with what no model can say."""
    if wanted.definition is None or actual.definition is None:
        return wanted
    said = sides_of(context).database.with_unsaid(wanted.definition, actual.definition)
    return replace(wanted, definition=said)


def defining(
    context: AutogenContext, schema: str | None, table: str, name: str, column: ColumnFacts
) -> str:
    """The statement that says a whole column."""
    dialect = context.dialect
    assert dialect is not None
    counts = " AUTO_INCREMENT" if column.counter else ""
    return (
        f"ALTER TABLE {quoted(dialect, schema, table)} MODIFY {quoted(dialect, name)}"
        f" {column.definition}{counts}"
    )


def is_other(context: AutogenContext, wanted: ColumnFacts, actual: ColumnFacts) -> bool:
    """Whether the server has another type for the model than the column has."""
    in_one_spelling = sides_of(context).database.plain_type
    types = [in_one_spelling(each.type or "") for each in (wanted, actual)]
    return types[0] != types[1] or wanted.collation != actual.collation


def is_json(facts: ColumnFacts, column: Column[Any]) -> bool:
    """Whether a check is only how MariaDB has JSON, which the type says."""
    name = column.name.replace("`", "``")
    return facts.check is not None and plain(facts.check) == plain(f"json_valid(`{name}`)")


def _is_written_as_json(context: AutogenContext, column: Column[Any]) -> bool:
    """Whether the model says JSON, of which MariaDB makes a long text with a CHECK."""
    assert context.dialect is not None
    return str(context.dialect.type_compiler_instance.process(column.type)) == "JSON"


def _say_json(
    altered: ops.AlterColumnOp | None,
    column: Column[Any],
    wanted: ColumnFacts,
    actual: ColumnFacts,
) -> None:
    """SQLAlchemy reads a long text where MariaDB has JSON."""
    if altered is not None and actual.check is not None:
        altered.existing_type = JSON() if wanted.check is None else column.type


def altered_in(modify: ops.ModifyTableOps, name: str) -> ops.AlterColumnOp | None:
    """What is done to a column that stays."""
    return next(
        (op for op in modify.ops if isinstance(op, ops.AlterColumnOp) and op.column_name == name),
        None,
    )


def new_in(
    modify: ops.ModifyTableOps, schema: str | None, found: Column[Any], column: Column[Any]
) -> ops.AlterColumnOp:
    """Have something done to a column."""
    default: Any = found.server_default
    operation = ops.AlterColumnOp(
        modify.table_name,
        column.name,
        schema=schema,
        existing_type=found.type,
        existing_nullable=found.nullable,
        existing_server_default=default or False,
        existing_comment=found.comment,
    )
    modify.ops.append(operation)
    return operation
