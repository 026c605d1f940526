"""DELETE without WHERE: all rows of a table are lost."""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("delete",)


def hazard(case: Case) -> Hazard | None:
    if case.action.has("where"):
        return None
    return Hazard(f"All rows of {case.action.table} are lost.")
