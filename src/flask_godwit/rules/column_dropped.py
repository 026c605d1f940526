"""A column is dropped that running code may still name.

SQLAlchemy names every column of a model in each SELECT and INSERT. Deploy the model without the
column first; what is dropped does not come back.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("drop_column",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    return Hazard(
        f"Code whose model still has {case.place} fails, and its values are lost.",
        f"# Deploy the application without {case.place} first, and run this revision after it.",
    )
