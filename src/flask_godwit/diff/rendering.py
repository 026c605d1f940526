"""How operations are written into a script, where an older Alembic does not know it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import PrimaryKeyConstraint, TextClause

_Write = Callable[[AutogenContext, Any], Any]


def fill_gaps() -> None:
    """Let Alembic write every operation that our comparisons find."""
    render._constraint_renderers.dispatch_for(PrimaryKeyConstraint, replace=True)(_primary_key)
    for operation, ours in _OURS.items():
        theirs = render.renderers.dispatch(operation)
        if not isinstance(theirs, partial):
            write = partial(_theirs_or_ours, theirs, ours)
            render.renderers.dispatch_for(operation, replace=True)(write)


def _primary_key(
    constraint: PrimaryKeyConstraint, context: AutogenContext, *others: Any
) -> str | None:
    """Alembic leaves out what only one database says of a key."""
    written = render._render_primary_key(constraint, context, *others)
    own = {name: value for name, value in constraint.dialect_kwargs.items() if value is not None}
    if not written or not own or not written.endswith(")"):
        return written
    said = "".join(f", {name}={value!r}" for name, value in own.items() if name not in written)
    return f"{written[:-1]}{said})"


def _theirs_or_ours(theirs: _Write, ours: _Write, context: AutogenContext, operation: Any) -> Any:
    try:
        return theirs(context, operation)
    except NotImplementedError:
        return ours(context, operation)


def _check(context: AutogenContext, operation: ops.CreateCheckConstraintOp) -> str:
    condition = operation.condition
    text = condition.text if isinstance(condition, TextClause) else str(condition)
    return _call(context, operation, "create_check_constraint", repr(text))


def _call(context: AutogenContext, operation: Any, function: str, argument: str) -> str:
    """``op.function(name, table, argument, schema=…)``; in a batch the table is known."""
    in_batch = bool(context._has_batch)
    arguments = [repr(render._render_gen_name(context, operation.constraint_name))]
    if not in_batch:
        arguments.append(repr(str(operation.table_name)))
    arguments.append(argument)
    if operation.schema and not in_batch:
        arguments.append(f"schema={str(operation.schema)!r}")
    prefix = render._alembic_autogenerate_prefix(context)
    return f"{prefix}{function}({', '.join(arguments)})"


_OURS: dict[type[ops.MigrateOperation], _Write] = {
    ops.CreateCheckConstraintOp: _check,
}
