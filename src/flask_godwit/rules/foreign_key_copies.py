"""A foreign key copies the whole table while nobody can write.

With `foreign_key_checks = 0` it is added at once, without a look at the rows: look for orphans
yourself, before and after.
"""

from __future__ import annotations

from .case import Case, Hazard
from .spelling import created_foreign_key, executed, said_alone

LEVEL = "error"
KINDS = ("add_foreign_key", "add_column")
DIALECTS = ("mysql", "mariadb")


def hazard(case: Case) -> Hazard | None:
    if not case.action.referred or case.cost.algorithm != "COPY":
        return None
    action, sql = case.action, said_alone(case)
    if action.kind == "add_column":
        add = executed(case.sql)
    elif hasattr(case.operation, "remote_cols") or not sql:
        add = created_foreign_key(case, action.name)
    else:
        add = executed(sql)
    return Hazard(
        case.wait,
        'op.execute("SET foreign_key_checks = 0")\n'
        f"{add}\n"
        'op.execute("SET foreign_key_checks = 1")\n'
        f"# Look for rows of {action.table} that refer to nothing.",
    )
