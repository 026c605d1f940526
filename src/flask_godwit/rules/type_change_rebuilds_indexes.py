"""A change of type builds the indexes of the column anew while nobody can read or write.

Drop the index CONCURRENTLY before, and build it CONCURRENTLY after.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("alter_type",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "index":
        return None
    return Hazard(f"{case.wait} The indexes on {case.place} are built anew.")
