"""All rows of a table are thrown away.

TRUNCATE also locks the table against everybody. Delete in batches, if it must be.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("truncate",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    return Hazard(f"The rows of {case.action.table} are lost. {case.wait}")
