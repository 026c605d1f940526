"""A stored generated column writes the whole table anew.

A VIRTUAL one is there at once (PostgreSQL 18, MySQL, MariaDB). Or fill a plain column in batches.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("add_column", "set_expression")
DIALECTS = ("postgresql", "mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.kind == "set_expression":
        return Hazard(
            case.wait, "# Add a column that is generated like this, and drop the old one later."
        )
    if not action.has("stored") or case.cost.blocks == "nothing":
        return None
    if case.facts.dialect == "postgresql" and case.facts.is_before(18):
        return Hazard(
            f"{case.wait} PostgreSQL can't make a column of rows that are there a generated one.",
            f"# Make {case.place} a plain column that a trigger fills for new rows, and fill the\n"
            "# old ones with op.backfill(); or a view that works it out.",
        )
    return Hazard(
        case.wait, f"# Make {case.place} a virtual column: sa.Computed(…, persisted=False)"
    )
