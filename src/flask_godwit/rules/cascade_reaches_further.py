"""CASCADE drops or empties more than what is named.

Views, foreign keys and, of TRUNCATE, the rows of every table that refers to it. Name what shall
go.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("drop_table", "drop_column", "truncate", "drop_constraint", "drop_type", "drop_view")
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if not case.action.has("cascade"):
        return None
    what = case.action.name or case.action.table
    return Hazard(
        f"With {what} goes whatever depends on it, unnamed.", "# Drop what depends on it by name."
    )
