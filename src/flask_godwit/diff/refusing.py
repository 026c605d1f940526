"""What goes anyway is gone before rows get values that it would refuse."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alembic.operations import ops

from .compare.text import names_in
from .index_steps import MAKES_INDEX, index_columns
from .row_queries import unique_columns


def refusing(
    steps: Sequence[ops.MigrateOperation], columns: Collection[str]
) -> list[ops.MigrateOperation]:
    """The drops of CHECKs and of what is unique, over columns whose rows get other values."""
    wanted = {name.lower() for name in columns}
    return [step for step in steps if wanted & {name.lower() for name in _read_by(step)}]


def instead_of(
    gone: Sequence[ops.MigrateOperation], steps: Sequence[ops.MigrateOperation]
) -> list[ops.MigrateOperation]:
    """The indexes that are there for foreign keys when those over the same columns are gone."""
    heads = [list(_read_by(step))[:1] for step in gone if _drops_index(step)]
    retyped = {
        op.column_name for op in steps if isinstance(op, ops.AlterColumnOp) and op.modify_type
    }
    return [
        step
        for step in steps
        if isinstance(step, ops.CreateIndexOp)
        and index_columns(step)[:1] in heads
        and not (step.unique or retyped & {*index_columns(step)})
    ]


def _read_by(step: ops.MigrateOperation) -> Collection[str]:
    """The columns of what a step drops, as far as it can refuse values."""
    if not isinstance(step, ops.DropConstraintOp | ops.DropIndexOp):
        return ()
    made = step._reverse
    if isinstance(made, ops.CreateCheckConstraintOp):
        return names_in(str(made.condition))
    return () if made is None else list(unique_columns(made))


def _drops_index(step: ops.MigrateOperation) -> bool:
    if not isinstance(step, ops.DropConstraintOp | ops.DropIndexOp):
        return False
    return isinstance(step._reverse, MAKES_INDEX)
