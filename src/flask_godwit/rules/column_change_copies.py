"""A change of a column copies the whole table while nobody can write.

Make a new column and copy in batches, or let pt-online-schema-change or gh-ost do it.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("modify_column",)
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.cost.algorithm != "COPY":
        return None
    old = f" from {case.column.type}" if case.column else ""
    return Hazard(
        f"{case.wait} {case.place} becomes {case.action.type}{old}.{case.why_copied}",
        "# Use a new column and batches, pt-online-schema-change or gh-ost, or a quiet hour.",
    )
