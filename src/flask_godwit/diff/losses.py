"""What a script loses for ever: marked in the script, and said with the number of rows."""

from __future__ import annotations

from collections.abc import Iterator

from alembic.operations import ops

from .names import Key, said
from .rows import Rows
from .steps import Comment, Redefined, set_loss


def mark_losses(operations: ops.OpContainer, rows: Rows) -> None:
    """Put a comment before everything that drops values, and count them."""
    operations.ops[:] = [
        new for operation in operations.ops for new in _marked(operation, rows, operations)
    ]


def _marked(
    operation: ops.MigrateOperation, rows: Rows, container: ops.OpContainer
) -> Iterator[ops.MigrateOperation]:
    if isinstance(operation, ops.ModifyTableOps):
        mark_losses(operation, rows)
    elif isinstance(operation, ops.DropTableOp):
        key = (operation.schema, operation.table_name)
        yield from _mark(operation, said(key), rows.count(key), "rows", "row")
    elif isinstance(operation, ops.DropColumnOp):
        yield from _dropped_column(operation, rows)
    elif isinstance(operation, Redefined) and operation.computed and not operation.old_computed:
        yield from _values(operation, rows)
    yield operation


def _dropped_column(operation: ops.DropColumnOp, rows: Rows) -> Iterator[Comment]:
    if operation.to_column().computed is not None:
        set_loss(operation, "")
        return
    yield from _values(operation, rows)


def _values(operation: ops.DropColumnOp | ops.AlterColumnOp, rows: Rows) -> Iterator[Comment]:
    key: Key = (operation.schema, operation.table_name)
    name = operation.column_name
    count = rows.count(key, name, lambda column: column.is_not(None))
    yield from _mark(operation, said(key, name), count, "values", "value")


def _mark(
    operation: ops.MigrateOperation, place: str, count: int, many: str, one: str
) -> Iterator[Comment]:
    set_loss(operation, f"its {many} are lost")
    if count:
        said_count = f"{count} {one if count == 1 else many}"
        set_loss(operation, f"its {many} are lost: {said_count} here")
        yield Comment(f"Loses what {place} holds: {said_count} where this was written.")
