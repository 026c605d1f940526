"""A foreign key is checked while nobody can write to either table.

ADD FOREIGN KEY reads every row under a lock on both tables. NOT VALID adds it at once, for new
rows; VALIDATE CONSTRAINT checks the old ones beside the traffic, in a transaction of its own.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import (
    constraint_name,
    created_foreign_key,
    executed,
    said_alone,
    validated,
    with_name,
)

LEVEL = "error"
KINDS = ("add_foreign_key", "add_column")
DIALECTS = ("postgresql",)


def hazard(case: Case) -> Hazard | None:
    action = case.action
    if not action.referred or action.has("not valid") or case.cost.work != "scan":
        return None
    if action.kind == "add_column":  # whose default refers to something in every row
        return Hazard(
            case.wait, "# Add the column without REFERENCES, and the foreign key after it."
        )
    tables = " and ".join(dict.fromkeys((action.table, *action.referred)))
    name, sql = constraint_name(case, "fkey"), said_alone(case)
    if hasattr(case.operation, "remote_cols") or not sql:
        add = created_foreign_key(case, name, ", postgresql_not_valid=True")
    else:
        add = executed(f"{with_name(case, sql, name)} NOT VALID")
    return Hazard(
        f"Nobody can write to {tables} {case.how_long}.",
        f"{add}\nwith op.get_context().autocommit_block():\n    {validated(case, name)}",
    )
