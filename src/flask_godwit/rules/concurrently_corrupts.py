"""An index that is built CONCURRENTLY lacks rows, and queries then give wrong results.

PostgreSQL 14.0 to 14.3 may leave out rows that are changed while it builds, and says nothing. Only
a server that was asked is known to be one of these.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("create_index", "reindex")
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if not (case.action.has("concurrently") and case.update_first):
        return None
    version = ".".join(map(str, case.facts.version[:2]))
    return Hazard(
        f"PostgreSQL {version} may leave rows out of what it builds CONCURRENTLY:"
        f" queries of {case.table} would not find them.",
        case.update_first,
    )
