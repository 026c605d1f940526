"""A trigger changes what writing means for code that is running.

It is there from one moment to the next, and everybody who writes waits for that moment.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("create_trigger", "drop_trigger", "alter_trigger")


def hazard(case: Case) -> Hazard | None:
    return Hazard(f"Every write to {case.table or 'the table'} does something else from then on.")
