"""What an operation that makes or drops an index says of it. A unique constraint is one, too."""

from __future__ import annotations

from typing import Any

from alembic.operations import ops

MAKES_INDEX = (ops.CreateIndexOp, ops.CreateUniqueConstraintOp)


def index_name(operation: Any) -> str:
    """What the index is called that an operation makes or drops."""
    return str(getattr(operation, "index_name", None) or operation.constraint_name)


def index_columns(made: Any) -> list[str]:
    """The columns of an index, by the operation that makes it; expressions as texts."""
    return [str(getattr(column, "name", column)) for column in made.columns]
