"""A CHECK is tested against every row while nobody can read or write.

NOT VALID adds it at once, for new rows; VALIDATE CONSTRAINT tests the old ones beside the
traffic, in a transaction of its own.
"""

from __future__ import annotations

from ..script_text import literal
from .case import Case, Hazard
from .spelling import constraint_name, executed, said_alone, validated, with_name

LEVEL = "error"
KINDS = ("add_check",)
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if case.cost.work != "scan":
        return None
    name, sql = constraint_name(case, "check"), said_alone(case)
    if hasattr(case.operation, "condition") or not sql:
        add = (
            f"op.create_check_constraint({literal(name)}, {case.table_in_python},"
            f" {action.expression!r}{case.schema_in_python}, postgresql_not_valid=True)"
        )
    else:
        add = executed(f"{with_name(case, sql, name)} NOT VALID")
    return Hazard(
        case.wait,
        f"{add}\nwith op.get_context().autocommit_block():\n    {validated(case, name)}",
    )
