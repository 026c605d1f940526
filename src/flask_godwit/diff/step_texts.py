"""How our own operations are written into a script.

As plain Alembic: ``op.rename_table()``, ``op.alter_column()``, ``op.execute()``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from .steps import (
    Cast,
    Comment,
    DropCounted,
    Irreversible,
    Nothing,
    Redefined,
    RenameColumn,
    RenameTable,
    Sql,
    Together,
)


def write_our_own() -> None:
    """Let Alembic write our operations, and those that it has no words for."""
    for operation, text in _TEXTS.items():
        render.renderers.dispatch_for(operation, replace=True)(text)


def _rename_table(context: AutogenContext, op: RenameTable) -> str:
    schema = f", schema={op.schema!r}" if op.schema else ""
    return f"{_prefix(context)}rename_table({op.table_name!r}, {op.new_table_name!r}{schema})"


def _rename_column(context: AutogenContext, op: RenameColumn) -> str:
    schema = f", schema={op.schema!r}" if op.schema else ""
    return (
        f"{_prefix(context)}alter_column({op.table_name!r}, {op.column_name!r},"
        f" new_column_name={op.modify_name!r}{schema})"
    )


def _cast(context: AutogenContext, op: Cast) -> str:
    written: str = render.renderers.dispatch(ops.AlterColumnOp)(context, op)
    return f"{written.removesuffix(')')},\n{' ' * 11}postgresql_using={op.using!r})"


def _redefined(context: AutogenContext, op: Redefined) -> str:
    return _execute(context, op.there)


def _drop_counted(context: AutogenContext, op: DropCounted) -> str:
    if op.there:
        return _execute(context, op.there)
    return str(render.renderers.dispatch(ops.DropColumnOp)(context, op))


def _sql(context: AutogenContext, op: Sql) -> str:
    written = _execute(context, op.statement)
    if not op.at_once:
        return written
    return f"with {_prefix(context)}get_context().autocommit_block():\n    {written}"


def _execute(context: AutogenContext, statement: str) -> str:
    # op.execute() takes `:name` for a parameter.
    return f"{_prefix(context)}execute({statement.replace(':', chr(92) + ':')!r})"


def _together(context: AutogenContext, op: Together) -> list[str]:
    lines: list[str] = []
    for operation in op.ops:
        rendered = render.renderers.dispatch(operation)(context, operation)
        lines += [rendered] if isinstance(rendered, str) else rendered
    return lines


def _comment(_context: AutogenContext, op: Comment) -> str:
    return "\n".join(f"# {line}" for line in op.text.splitlines())


def _irreversible(_context: AutogenContext, op: Irreversible) -> str:
    return f"raise NotImplementedError({op.text!r})"


def _nothing(_context: AutogenContext, _op: Nothing) -> list[str]:
    return []


def _primary_key(context: AutogenContext, op: ops.CreatePrimaryKeyOp) -> str:
    """Alembic has no words for it."""
    arguments = [repr(render._render_gen_name(context, op.constraint_name))]
    if not context._has_batch:
        arguments.append(repr(op.table_name))
    arguments.append(repr([str(column) for column in op.columns]))
    if op.schema and not context._has_batch:
        arguments.append(f"schema={op.schema!r}")
    return f"{_prefix(context)}create_primary_key({', '.join(arguments)})"


def _prefix(context: AutogenContext) -> str:
    return "batch_op." if context._has_batch else context.opts["alembic_module_prefix"] or ""


_TEXTS: dict[type[ops.MigrateOperation], Callable[[AutogenContext, Any], str | list[str]]] = {
    RenameTable: _rename_table,
    RenameColumn: _rename_column,
    Cast: _cast,
    Redefined: _redefined,
    DropCounted: _drop_counted,
    Sql: _sql,
    Together: _together,
    Comment: _comment,
    Irreversible: _irreversible,
    Nothing: _nothing,
    ops.CreatePrimaryKeyOp: _primary_key,
}
