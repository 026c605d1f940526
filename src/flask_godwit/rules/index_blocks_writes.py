"""An index is built while nobody can write.

CREATE INDEX keeps every INSERT, UPDATE and DELETE of the table waiting until the index is there.
CONCURRENTLY builds it beside them; it can't be in a transaction.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard

LEVEL = "error"
KINDS = ("create_index",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if action.has("concurrently"):
        return None
    unique = ", unique=True" if action.has("unique") else ""
    return Hazard(
        case.wait,
        "with op.get_context().autocommit_block():\n"
        f"    op.create_index({literal(action.name)}, {case.table_in_python},"
        f" {case.quoted(*action.columns)}{unique}{case.schema_in_python},"
        " postgresql_concurrently=True)",
    )
