"""What an operation that makes or drops a foreign key says of it."""

from __future__ import annotations

from typing import Any

from alembic.operations import ops


def adds_key(operation: ops.MigrateOperation) -> bool:
    """Whether it makes a foreign key."""
    return isinstance(operation, ops.CreateForeignKeyOp)


def drops_key(operation: ops.MigrateOperation) -> bool:
    """Whether it drops one."""
    return isinstance(operation, ops.DropConstraintOp) and isinstance(
        operation._reverse, ops.CreateForeignKeyOp
    )


def key_name(operation: Any) -> str:
    """What the key is called."""
    return str(operation.constraint_name)


def key_columns(operation: Any) -> tuple[str, ...]:
    """The columns of the table that refers to another one."""
    made = operation if adds_key(operation) else operation._reverse
    return tuple(made.local_cols)
