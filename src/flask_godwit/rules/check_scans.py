"""A CHECK is tested against every row while nobody can read or write.

NOT VALID adds it at once, for new rows; VALIDATE CONSTRAINT tests the old ones beside the
traffic, in a transaction of its own.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import validated

LEVEL = "error"
KINDS = ("add_check",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if case.cost.work != "scan":
        return None
    return Hazard(
        case.wait,
        f"op.create_check_constraint({literal(action.name)}, {case.table_in_python},"
        f" {action.expression!r}{case.schema_in_python}, postgresql_not_valid=True)\n"
        "with op.get_context().autocommit_block():\n"
        f"    {validated(case, action.name)}",
    )
