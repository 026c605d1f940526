"""A change of type writes the whole table and its indexes anew while nobody can read or write.

Make a new column of the new type, write both, copy in batches, and drop the old one later.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("alter_type",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.cost.work != "rewrite":
        return None
    old = f" from {case.column.type}" if case.column else ""
    return Hazard(
        f"{case.wait} {case.place} becomes {case.action.type}{old}: every row is written anew.",
        f"# Add {case.action.name}_new of type {case.action.type}, let the application"
        " write both, copy in\n"
        "# batches, let it read the new one, and drop the old one in a later release.",
    )
