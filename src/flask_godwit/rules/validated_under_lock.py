"""A constraint is validated in the transaction that added it.

NOT VALID took a strong lock, which stays until the end: all rows are read while nobody can write.
Validate in a transaction of its own.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import validated

LEVEL = "error"
KINDS = ("validate_constraint",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    added = ("add_check", "add_foreign_key", "add_not_null")
    if not any(held.kind in added and held.table == case.action.table for held in case.held):
        return None
    return Hazard(
        f"Nobody can write to {case.action.table} {case.how_long}: it is locked since NOT VALID.",
        f"with op.get_context().autocommit_block():\n    {validated(case, case.action.name)}",
    )
