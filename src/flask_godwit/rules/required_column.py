"""A new column is NOT NULL and has no default in the database.

On a table with rows PostgreSQL and SQLite refuse it, MySQL fills it with 0 or an empty text.
Running code does not know the column and can't insert rows any more. A `default=` of the model is
Python only: the database needs `server_default=`.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import added

LEVEL = "error"
KINDS = ("add_column",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    action = case.action
    filled = {"default", "identity", "serial", "generated", "auto increment"}
    if not action.has("not null") or action.traits & filled:
        return None
    return Hazard(
        f"Code that does not know {case.place} can't insert rows, and rows that are there"
        " have no value.",
        f"{added(case)}\n"
        "# Deploy code that writes it, fill the old rows in batches, and set NOT NULL then.",
    )
