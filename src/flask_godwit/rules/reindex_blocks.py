"""An index is built anew while nobody can write, and queries of the table wait to be planned."""

from __future__ import annotations

import re

from .case import Case, Hazard
from .spelling import executed, said_alone

LEVEL = "error"
KINDS = ("reindex",)
DIALECTS = ("postgresql",)
_KIND = re.compile(r"\b(INDEX|TABLE|SCHEMA|DATABASE)\b", re.IGNORECASE)


def hazard(case: Case) -> Hazard | None:
    if case.action.has("concurrently"):
        return None
    sql = said_alone(case) or f"REINDEX TABLE {case.table_in_sql}"
    beside = _KIND.sub(r"\1 CONCURRENTLY", sql, count=1)
    advice = f"with op.get_context().autocommit_block():\n    {executed(beside)}"
    return Hazard(case.wait, case.update_first or advice)
