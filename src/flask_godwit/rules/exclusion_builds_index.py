"""The index of an EXCLUDE constraint is built while nobody can read or write.

PostgreSQL has no way to do it beside the traffic: do it in a quiet hour, or into a new table.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_exclude",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    return Hazard(case.wait)
