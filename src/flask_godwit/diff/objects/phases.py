"""Where the steps of views, functions and triggers stand among those of tables."""

from __future__ import annotations

from collections.abc import Sequence

from alembic.operations import ops

from ..compare.text import calls_in
from ..outermost import around
from .steps import DropObject, ObjectStep


def in_phases(
    operations: Sequence[ops.MigrateOperation], steps: Sequence[ObjectStep]
) -> list[ops.MigrateOperation]:
    """The operations on tables, with the steps before and after them.

    A function may speak of a type that is made first of all, or dropped at the very end; but for
    a domain that calls it.
    """
    own = [step for step in steps if not step.is_among]
    early, late = ([step for step in own if step.early is wanted] for wanted in (True, False))
    drops = [step for step in early if isinstance(step, DropObject)]
    names = {step.new.key.name for step in own}

    def is_inside(statement: str) -> bool:
        return not calls_in(statement).isdisjoint(names)

    makes = (step for step in early if step not in drops)
    return [*drops, *around(operations, makes, late, is_inside)]


def apart(operations: ops.OpContainer) -> list[ObjectStep]:
    """Take the steps out, so that the order of the others can be seen to."""
    steps = [one for one in operations.ops if isinstance(one, ObjectStep) and not one.is_among]
    operations.ops = [one for one in operations.ops if one not in steps]
    return steps
