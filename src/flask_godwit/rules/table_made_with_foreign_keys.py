"""A new table with a foreign key locks the table that it refers to.

CREATE TABLE waits for everybody who writes to that table, and all others wait behind it. Make the
table without the key, and add that by itself.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "warning"
KINDS = ("create_table",)
DIALECTS = ("postgresql", "mysql")


def hazard(case: Case) -> Hazard | None:
    if not case.cost.lock or not case.action.referred:
        return None
    return Hazard(
        f"Whoever writes to {case.table} waits until the transaction ends.",
        f"# Create {case.action.table} without the foreign key, and add it in a revision"
        " of its own.",
    )
