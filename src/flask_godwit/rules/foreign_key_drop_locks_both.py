"""Dropping a foreign key closes both tables to everybody.

It takes a moment, once everybody who uses either table has ended. Do it alone.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("drop_constraint",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if not (case.cost.also and case.held):
        return None
    return Hazard(
        f"Nobody can read or write {case.action.table} and {', '.join(case.cost.also)} until the"
        " transaction ends.",
        "# Drop it in a revision of its own.",
    )
