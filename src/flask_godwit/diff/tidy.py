"""Operations that a generated script is better without."""

from __future__ import annotations

from alembic.operations import ops

from .order import between_renames


def tidy(script: ops.MigrationScript) -> None:
    """Leave out what dropping a table does by itself.

    Alembic drops a table's indexes first. MySQL and MariaDB refuse that for the index that
    a foreign key needs (error 1553), and it is of no use anywhere.
    """
    for operations in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        parts = between_renames(operations.ops)
        operations.ops = [operation for part in parts for operation in _tidied(part)]


def _tidied(part: list[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
    dropped = {_name(op) for op in part if isinstance(op, ops.DropTableOp)}
    return [op for op in part if not _goes_with(op, dropped)]


def _goes_with(operation: ops.MigrateOperation, dropped: set[tuple[str | None, str]]) -> bool:
    if isinstance(operation, ops.ModifyTableOps) and _name(operation) in dropped:
        operation.ops = [op for op in operation.ops if not isinstance(op, ops.DropIndexOp)]
        return not operation.ops
    return isinstance(operation, ops.DropIndexOp) and _name(operation) in dropped


def _name(
    operation: ops.ModifyTableOps | ops.DropTableOp | ops.DropIndexOp,
) -> tuple[str | None, str]:
    return operation.schema, operation.table_name or ""
