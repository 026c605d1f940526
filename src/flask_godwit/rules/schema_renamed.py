"""A schema gets another name under running code.

Old code fails after it, new code before it: whichever is deployed first. Every table in it is
concerned. Keep the name in the database.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("rename_schema",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    old, new = case.action.name, case.action.expression
    return Hazard(
        f"Code that knows {old} fails from that moment on, and code that knows {new} until then.",
        f"# Keep the schema {old}, or move its tables when no old code runs.",
    )
