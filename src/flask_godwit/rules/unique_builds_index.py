"""The index of a unique constraint is built while nobody can read or write.

Build it as a unique index CONCURRENTLY, and make the constraint of that.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import executed

LEVEL = "error"
KINDS = ("add_unique",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("using index"):
        return None
    index = case.in_sql(action.name)
    constraint = f"ADD CONSTRAINT {index} UNIQUE USING INDEX {index}"
    return Hazard(
        case.wait,
        "with op.get_context().autocommit_block():\n"
        f"    op.create_index({literal(action.name)}, {case.table_in_python},"
        f" {case.quoted(*action.columns)}{case.schema_in_python},"
        " unique=True, postgresql_concurrently=True)\n"
        f"{executed(f'ALTER TABLE {case.table_in_sql} {constraint}')}",
    )
