"""Server defaults: what the server makes of both, where their texts differ."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import Column, Computed, DefaultClause, Identity, Table

from .sides import sides_of
from .text import alike, written


def compare_default(
    context: AutogenContext,
    operation: ops.AlterColumnOp,
    schema: str | None,
    table: str,
    name: str,
    found: Column[Any],
    wanted: Column[Any],
) -> PriorityDispatchResult:
    """Compare two defaults; computed columns and identities are the business of others.

    A project that compares by a function of its own, or not at all, has done so before.
    """
    before, after = found.server_default, wanted.server_default
    if isinstance(before, Computed) or isinstance(after, Computed):
        return PriorityDispatchResult.STOP
    if isinstance(before, Identity) or isinstance(after, Identity):
        return _after_identity(context)
    if before is None and after is None:
        return PriorityDispatchResult.CONTINUE
    if _is_serial(found, wanted):
        return PriorityDispatchResult.CONTINUE
    if _differs(context, schema, table, name, wanted):
        operation.modify_server_default = after
    return PriorityDispatchResult.STOP


def _after_identity(context: AutogenContext) -> PriorityDispatchResult:
    """Leave identities to Alembic where a database has them, and our comparison of counters not."""
    assert context.dialect is not None
    has_them = context.dialect.supports_identity_columns
    if has_them and not sides_of(context).database.has_counters:
        return PriorityDispatchResult.CONTINUE
    return PriorityDispatchResult.STOP


def _is_serial(found: Column[Any], wanted: Column[Any]) -> bool:
    """Whether the default comes from the column being an autoincrement one."""
    table = wanted.table
    return (
        isinstance(table, Table)
        and wanted is table._autoincrement_column
        and wanted.server_default is None
    )


def _differs(
    context: AutogenContext, schema: str | None, table: str, name: str, wanted: Column[Any]
) -> bool:
    sides = sides_of(context)
    facts = sides.actual(context, schema, table)
    actual = facts.columns[name].default if facts and name in facts.columns else None
    text = _text(context, wanted.server_default)
    if (actual is None and text is None) or (text is not None and alike(actual, text)):
        return False
    twin = sides.twin(wanted.table) if isinstance(wanted.table, Table) else None
    if twin is None or name not in twin.columns:
        return True
    if text is not None and sides.database.is_frozen(text, actual):
        return False
    return not alike(actual, twin.columns[name].default)


def _text(context: AutogenContext, default: Any) -> str | None:
    if not isinstance(default, DefaultClause):
        return None
    if isinstance(default.arg, str):
        return "'" + default.arg.replace("'", "''") + "'"
    assert context.dialect is not None
    return written(default.arg, context.dialect)
