"""What of a plan must not be run as it is: it keeps others waiting, and has no safe form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..plans import PlanStep, RuleFinding, Statement
from ..rules import rules

_NOTHING = ("none", "catalogue")


def too_long(
    steps: Iterable[PlanStep], seconds: float
) -> tuple[list[RuleFinding], list[RuleFinding]]:
    """What keeps others waiting on tables that are not small.

    What has a safe form is planned in it, and so is no finding.

    :returns: what takes that long by the plan's estimate, and what takes less or nobody knows.
    """
    long: dict[RuleFinding, None] = {}
    shorter: dict[RuleFinding, None] = {}
    for step in steps:
        lasting = any(_takes(statement, seconds) for statement in step.statements)
        (long if lasting else shorter).update(dict.fromkeys(_waits(step)))
    return list(long), list(shorter)


def _waits(step: PlanStep) -> Iterator[RuleFinding]:
    """The hazards that depend on a table's size: others are about code or about what is lost."""
    for finding in step.findings:
        rule = rules()[finding.rule]
        if rule.spares_small and finding.level == "error" and not finding.waived:
            yield finding


def _takes(statement: Statement, seconds: float) -> bool:
    work = statement.cost.work
    if work in _NOTHING or statement.seconds is None:
        return False
    # How many rows a condition leaves is not known: it may be one.
    chosen = work == "rows" and re.search(r"\bWHERE\b", statement.sql, re.IGNORECASE)
    return not chosen and statement.seconds >= seconds
