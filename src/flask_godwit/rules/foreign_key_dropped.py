"""A foreign key is dropped, and nothing keeps its rows together any more.

Rows that refer to nothing can be written, and ``ON DELETE`` does nothing. Where it comes back in
another form, add that in the same revision.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "info"
KINDS = ("drop_foreign_key", "drop_constraint")
DIALECTS = ("postgresql", "mysql", "mariadb")
SPARES_SMALL = False


def hazard(case: Case) -> Hazard | None:
    if not _is_foreign_key(case):
        return None
    return Hazard(
        f"Rows of {case.action.table} may refer to nothing from now on.",
        "# Add its new form in the same revision, if it has one.",
    )


def _is_foreign_key(case: Case) -> bool:
    """Whether the statement, the script or the table says so: PostgreSQL drops all by one word."""
    if case.action.kind == "drop_foreign_key":
        return True
    if getattr(case.operation, "constraint_type", "") == "foreignkey":
        return True
    known = case.facts.table(case.action.table)
    return known is not None and case.action.name in known.foreign_keys
