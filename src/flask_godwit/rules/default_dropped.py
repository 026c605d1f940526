"""A column that must have a value loses its default.

Running code that leaves the column out can't insert rows any more.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("drop_default",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if case.column is None or case.column.nullable:
        return None
    return Hazard(
        f"Code that leaves out {case.place} can't insert rows any more.",
        f"# Deploy code that always writes {case.place} first.",
    )
