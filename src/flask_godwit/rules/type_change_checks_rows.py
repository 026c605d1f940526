"""A change of type tests a CHECK against every row while nobody can read or write.

The type itself changes at once; the CHECK that mentions the column does not. Drop it before, and
add it again NOT VALID after.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("alter_type",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "scan":
        return None
    return Hazard(f"{case.wait} A CHECK on {case.place} is tested again.")
