"""A schema is dropped with everything in it.

Drop what is in it one by one, so that each loss is seen.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("drop_schema", "drop_database")
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    return Hazard(f"Everything in {case.action.name} is lost.")
