"""An IDENTITY on a column with values starts to count at 1.

The next INSERT gets a number that is there already. Say where to begin.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("add_identity",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if "START" in case.action.expression.upper():
        return None
    return Hazard(
        f"The next row of {case.action.table} gets the number 1.",
        f"# ADD GENERATED … AS IDENTITY (START WITH …), above max({case.action.name})",
    )
