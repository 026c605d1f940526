"""An index is built anew while nobody can write, and queries of the table wait to be planned."""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import executed

LEVEL = "error"
KINDS = ("reindex",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    if case.action.has("concurrently"):
        return None
    return Hazard(
        case.wait,
        "with op.get_context().autocommit_block():\n"
        f"    {executed(f'REINDEX INDEX CONCURRENTLY {case.table_in_sql}')}",
    )
