"""Functions that tables need, while they are made anew: among the operations on tables.

A default, a CHECK, an index or a generated column holds the function that it calls, and makes way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ...dialects.objects import Objects
from ..compare.domain_readers import domains_aside
from ..compare.readers import set_aside
from ..compare.spoken import Spoken
from ..names import Key
from ..outermost import made_first
from ..renames.values import Renames
from ..renames.view import RenamedInspector
from ..steps import Sql, flat
from .steps import DropObject, ObjectStep
from .touched import touches


def bring_among(
    context: AutogenContext,
    upgrade: ops.UpgradeOps,
    renames: Renames,
    steps: Sequence[ObjectStep],
    found: Objects,
) -> None:
    """Set aside what calls the functions, and put their steps in between."""
    drops = [step for step in steps if isinstance(step, DropObject)]
    spoken = Spoken(functions=frozenset(step.new.key.name for step in drops))

    def spoken_of(_key: Key) -> Spoken:
        return spoken

    with _renamed(context, renames):
        away = set_aside(context, upgrade, spoken_of)
        domains = domains_aside(context, upgrade, spoken)
    first = made_first(upgrade.ops)
    then = max(first, _after_types(upgrade, drops, found))
    upgrade.ops[:] = [
        *upgrade.ops[:first],
        *away.before,
        *domains,
        *drops,
        *upgrade.ops[first:then],
        *(step for step in steps if step not in drops),
        *(domain.reverse() for domain in reversed(domains)),
        *away.after,
        *upgrade.ops[then:],
        *away.last,
    ]


@contextmanager
def _renamed(context: AutogenContext, renames: Renames) -> Iterator[None]:
    """While this lasts, the database is looked at with the names that there are then."""
    inspector = context.inspector
    context.inspector = RenamedInspector(inspector, renames) if renames else inspector
    try:
        yield
    finally:
        context.inspector = inspector


def _after_types(upgrade: ops.UpgradeOps, drops: Sequence[ObjectStep], found: Objects) -> int:
    """Behind the types that are made anew, and that hold a function which speaks of them."""
    place = 0
    for number, operation in enumerate(upgrade.ops, 1):
        part = ops.UpgradeOps([operation])
        is_about_types = any(isinstance(op, Sql) for op in flat(part))
        for touch in touches(part, Renames()) if is_about_types else ():
            if touch.is_type and any(touch.concerns(found[step.new.key]) for step in drops):
                place = number
    return place
