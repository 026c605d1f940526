"""A big table is written in one statement.

Its rows stay locked until the transaction ends, replicas fall behind, and a failure takes back
everything. Write in batches, each committed.
"""

from __future__ import annotations

from .case import Case, Hazard

LEVEL = "error"
KINDS = ("update", "delete", "insert")
DIALECTS = ("postgresql", "mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if case.action.kind == "insert" and not case.action.has("select"):
        return None
    if case.action.has("in batches") or not _may_be_many(case):
        return None
    return Hazard(
        f"Rows of {case.table} stay locked {case.how_long}.",
        f'# op.backfill("{case.table}", {{…}}, where="…") writes in batches, each committed.',
    )


def _may_be_many(case: Case) -> bool:
    """Whether rows are known to be there; without a database, all rows of a table are many."""
    if case.facts.read:
        return case.facts.table(case.table) is not None
    return case.action.kind != "insert" and not case.action.has("where")
