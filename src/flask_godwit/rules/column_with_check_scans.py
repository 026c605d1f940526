"""A column with a CHECK tests it against every row.

Add the column, then the CHECK without looking at old rows.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("add_column",)
DIALECTS = ("postgresql", "mysql")


def hazard(case: Case) -> Hazard | None:
    if not case.action.has("check") or case.cost.work not in ("scan", "rewrite"):
        return None
    return Hazard(case.wait, f"# Add {case.place} without its CHECK, and the CHECK by itself.")
