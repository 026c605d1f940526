"""A statement demands a copy or a lock that the database could do without.

``ALGORITHM=COPY`` copies the table, ``LOCK=SHARED`` and ``LOCK=EXCLUSIVE`` keep others away.
Without these words the server takes the cheapest way that it has.
"""

from __future__ import annotations

import re

from .case import Case, Hazard
from .spelling import executed

LEVEL = "error"
KINDS = (
    *("add_column", "drop_column", "rename_column", "modify_column", "set_default", "drop_default"),
    *("create_index", "add_unique", "drop_index", "rename_index", "rebuild", "table_option"),
    *("add_primary_key", "replace_primary_key", "drop_constraint", "drop_foreign_key"),
)
DIALECTS = ("mysql", "mariadb")
_DEMANDS = {"algorithm copy", "lock shared", "lock exclusive"}
_WORDS = re.compile(r",?\s*\b(ALGORITHM|LOCK)\s*=?\s*(COPY|SHARED|EXCLUSIVE)\b", re.IGNORECASE)


def hazard(case: Case) -> Hazard | None:
    if not case.action.traits & _DEMANDS or "writes" not in case.cost.blocks:
        return None
    return Hazard(f"{case.wait} It is demanded.", executed(_WORDS.sub("", case.sql)))
