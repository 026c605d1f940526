"""A change of a column copies the whole table while nobody can write.

``upgrade`` copies it while others write, but not a table that has triggers or no primary key.
"""

from __future__ import annotations

from .case import COPY_OTHERWISE, Case, Hazard

LEVEL = "error"
KINDS = ("modify_column",)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.algorithm != "COPY":
        return None
    old = f" from {case.column.type}" if case.column else ""
    return Hazard(
        f"{case.wait} {case.place} becomes {case.action.type}{old}.{case.why_copied}",
        COPY_OTHERWISE,
    )
