"""A column may be NULL that never was.

Code that reads it meets None as soon as the first row has none: deploy code that expects it
first.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "info"
KINDS = ("drop_not_null", "modify_column")
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if case.action.has("not null") or (case.column is not None and case.column.nullable):
        return None
    return Hazard(
        f"Code that reads {case.place} may meet None.", "# Deploy code that takes None first."
    )
