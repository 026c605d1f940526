"""An index on an expression is built while nobody can write.

A virtual column is there at once, and an index on it is built beside the traffic.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("create_index",)
DIALECTS = ("mysql",)


def hazard(case: Case) -> Hazard | None:
    expressions = [column for column in case.action.columns if column.startswith("(")]
    if not expressions:
        return None
    return Hazard(
        case.wait,
        f"# Add a virtual column of {expressions[0]}, and create the index on that.",
    )
