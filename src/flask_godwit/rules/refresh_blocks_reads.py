"""A materialized view is filled anew while nobody can read it.

CONCURRENTLY lets readers go on; it needs a unique index on the view.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import executed

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
        f"{executed(f'REFRESH MATERIALIZED VIEW CONCURRENTLY {case.in_sql(view)}')}\n"
        f"# {view} must have a unique index of plain columns, without WHERE.",
    )
