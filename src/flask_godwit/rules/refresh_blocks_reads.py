"""A materialized view is filled anew while nobody can read it.

CONCURRENTLY lets readers go on; it needs a unique index on the view.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("refresh",)
DIALECTS = ("postgresql",)
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if case.action.has("concurrently"):
        return None
    view = case.action.table
    return Hazard(
        f"Nobody can read {view} {case.how_long}.",
        f"op.execute('REFRESH MATERIALIZED VIEW CONCURRENTLY {view}')\n"
        f"# {view} must have a unique index of plain columns, without WHERE.",
    )
