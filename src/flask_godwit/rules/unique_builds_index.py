"""The index of a unique constraint is built while nobody can read or write.

Build it as a unique index CONCURRENTLY, and make the constraint of that.
"""

from __future__ import annotations

import re

from ..script_text import literal
from .case import Case, Hazard
from .spelling import constraint_name, executed, said_alone

LEVEL = "error"
KINDS = ("add_unique",)
DIALECTS = ("postgresql",)
_WAITS = re.compile(r"\s+(NOT\s+)?DEFERRABLE\b.*", re.IGNORECASE | re.DOTALL)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("using index"):
        return None
    name = constraint_name(case, "key")
    index = case.in_sql(name)
    waits = _WAITS.search(said_alone(case))
    constraint = f"ADD CONSTRAINT {index} UNIQUE USING INDEX {index}{waits[0] if waits else ''}"
    return Hazard(
        case.wait,
        case.update_first
        or "with op.get_context().autocommit_block():\n"
        f"    op.create_index({literal(name)}, {case.table_in_python},"
        f" {case.quoted(*action.columns)}{case.schema_in_python},"
        " unique=True, postgresql_concurrently=True)\n"
        f"{executed(f'ALTER TABLE {case.table_in_sql} {constraint}')}",
    )
