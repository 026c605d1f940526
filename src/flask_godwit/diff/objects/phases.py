"""Where the steps of views, functions and triggers stand among those of tables."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.operations import ops

from .steps import ObjectStep


def in_phases(
    operations: Sequence[ops.MigrateOperation], steps: Sequence[ObjectStep]
) -> list[ops.MigrateOperation]:
    """The operations on tables, with the steps before and after them."""
    early = [step for step in steps if step.early]
    return [*early, *operations, *(step for step in steps if not step.early)]


def apart(operations: ops.OpContainer) -> list[ObjectStep]:
    """Take the steps out, so that the order of the others can be seen to."""
    steps = [operation for operation in operations.ops if isinstance(operation, ObjectStep)]
    operations.ops = [one for one in operations.ops if not isinstance(one, ObjectStep)]
    return steps
