"""What statements take: the answers that all databases share, and the cautious one.

Each database has its table of facts in a module of its own, with the source of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..plans import BLOCKS, WORK, Cost, Facts
from ..sql.action import Action

Answer = Callable[[Action, Facts], Cost]

CAUTIOUS = Cost("exclusive", "reads and writes", "rewrite", sure=False)
NOTHING = Cost()


def looked_up(table: Mapping[str, Cost | Answer], action: Action, facts: Facts) -> Cost:
    """The row of an action in a table of facts; the cautious answer where there is none."""
    if action.kind in ("read", "control", "set"):
        return NOTHING
    found = table.get(action.kind, CAUTIOUS)
    cost = found(action, facts) if callable(found) else found
    return cost if cost.table or cost is NOTHING else replace(cost, table=action.table)


def worst(costs: list[Cost]) -> Cost:
    """The cost of several actions in one statement: the strongest lock, the most work."""
    if not costs:
        return NOTHING
    lock = max(costs, key=lambda cost: BLOCKS.index(cost.blocks))
    work = max(costs, key=lambda cost: WORK.index(cost.work))
    others = {name: None for cost in costs for name in (cost.table, *cost.also)}
    also = tuple(name for name in others if name and name != lock.table)
    return replace(
        lock,
        work=work.work,
        algorithm=work.algorithm or lock.algorithm,
        also=also,
        sure=all(cost.sure for cost in costs),
    )
