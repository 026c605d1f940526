"""A sequence is changed: nobody gets a number meanwhile, and RESTART may give numbers twice."""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("alter_sequence",)
DIALECTS = ("postgresql", "mariadb")
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if case.action.expression:
        return None  # another name, as a table or a column gets one, leaves the numbers alone
    return Hazard(f"Whoever needs a number of {case.action.name} waits; numbers may come twice.")
