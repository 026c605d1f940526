"""A table that becomes a partition is read as a whole, and the DEFAULT partition too.

A validated CHECK that says the same as the partition's bounds spares both.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("attach_partition",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    return Hazard(
        f"Nobody can read or write {case.action.name} while its rows are tested against"
        " the bounds.",
        f"# Add a CHECK of the bounds to {case.action.name} NOT VALID, validate it,"
        " attach, drop the CHECK.",
    )
