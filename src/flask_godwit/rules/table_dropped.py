"""A table is dropped that running code may still use.

Deploy the application without its model first. What is dropped does not come back.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("drop_table",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    return Hazard(
        f"Code that still uses {case.action.table} fails, and its rows are lost.",
        f"# Deploy the application without {case.action.table} first; rename the table,"
        " wait, drop it then.",
    )
