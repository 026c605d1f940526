"""Batch blocks on databases that need no copy: each operation goes the way of one outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import alembic.operations.batch as alembic_batch
from alembic.operations import BatchOperations, ops

Invoke = Callable[[Any, Any], Any]

_OURS = (
    ops.AddColumnOp,
    ops.AlterColumnOp,
    ops.DropColumnOp,
    ops.AddConstraintOp,
    ops.DropConstraintOp,
    ops.CreateIndexOp,
    ops.DropIndexOp,
)
_PLACES = ("insert_before", "insert_after")


class OpenBlock(alembic_batch.BatchOperationsImpl):
    """Alembic's batch, which keeps operations themselves where it would not copy the table."""

    def keep(self, operation: Any, invoke: Invoke) -> bool:
        """Whether the operation is kept, and given to ``invoke`` when the block ends."""
        options = getattr(operation, "kw", {})
        placed = any(options.get(place) for place in _PLACES)
        if placed or not isinstance(operation, _OURS) or self._should_recreate():
            return False
        self.batch.append(("_kept", (invoke, operation), {}))
        return True

    def flush(self) -> None:
        """Do what was noted since the block began, in order."""
        notes, self.batch = self.batch, []
        for note in notes:
            if note[0] == "_kept":
                invoke, operation = note[1]
                invoke(self.operations, operation)
            else:
                self.batch = [note]
                super().flush()


@contextmanager
def open_blocks() -> Iterator[None]:
    """While this lasts, batch blocks keep operations. Process-wide, as Alembic is."""
    its_own = alembic_batch.BatchOperationsImpl
    alembic_batch.BatchOperationsImpl = OpenBlock  # type: ignore[misc]
    try:
        yield
    finally:
        alembic_batch.BatchOperationsImpl = its_own  # type: ignore[misc]


def block_of(operations: Any) -> OpenBlock | None:
    """The block that an operation is in."""
    block = operations.impl if isinstance(operations, BatchOperations) else None
    return block if isinstance(block, OpenBlock) else None
